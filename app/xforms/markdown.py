"""XLSForms written as Markdown tables: `| survey |`, then `| | type | name |` and its rows."""

import re

from app.xforms.problems import refuse

_PIPE = re.compile(r"(?<!\\)\|")
_SEPARATOR = re.compile(r"[\s|:-]+")


def read_markdown(content: bytes) -> dict[str, list[list[str]]]:
    """Return every sheet as rows of texts; a line that starts with "#" or no "|" is prose."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise refuse("The Markdown file is not UTF-8 text: save it as UTF-8.") from error
    sheets: dict[str, list[list[str]]] = {}
    current: list[list[str]] | None = None
    for line in text.splitlines():
        cells = _cells(line)
        if not cells:
            continue
        if cells[0]:
            current = sheets.setdefault(cells[0], [])
        if current is not None and any(cells[1:]):
            current.append(cells[1:])
    if not sheets:
        raise refuse("The Markdown file has no table: the first one begins with '| survey |'.")
    return sheets


def _cells(line: str) -> list[str]:
    line = line.strip()
    if not line.startswith("|") or ("-" in line and _SEPARATOR.fullmatch(line)):
        return []
    cells = [cell.strip().replace(r"\|", "|") for cell in _PIPE.split(line)[1:]]
    if cells[-1].startswith("#"):  # a comment behind the row
        cells.pop()
    return [cell.replace("\N{NO-BREAK SPACE}", " ") for cell in cells]
