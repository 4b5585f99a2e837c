"""Where in the workbook a message of pyxform is about."""

import re
from collections.abc import Iterator

from app.xforms.columns import find_cell, place_of
from app.xforms.problems import Finding, Place
from app.xforms.workbook import Workbook

_ROW = re.compile(r"\[row : (\w+)\]\s*")
_SHEET = re.compile(r"On the '(\w+)' sheet, (?:the '([^']+)' value)?")
_ABOUT_SHEET = re.compile(r"sheet: '(\w+)'|'?(survey|choices|settings|entities)'? sheet")
_NAMED = re.compile(r"'([^'\n]+)'|\[([^\]\n]+)\]|\$\{([^}\n]+)\}|named ([\w.-]+\w)")
_GENERATED = re.compile(r"generated_\w+_name_(\d+)")  # how pyxform calls a row without a name
# What the messages that do not name their column are about, the first that fits.
_COLUMNS = (
    (re.compile(r"no type|[Uu]nknown question type|[Ll]ist name|Unmatched|File name"), "type"),
    (re.compile(r"choices for this|or_other|or other"), "type"),
    (re.compile(r"with no name|without name|named 'audit"), "name"),
    (re.compile(r"Missing calculation"), "calculation"),
    (re.compile(r"[Cc]hoice filter"), "choice_filter"),
    (re.compile(r"trigger|background-geopoint"), "trigger"),
    (re.compile(r"[Pp]arameter|max-pixels"), "parameters"),
    (re.compile(r"label"), "label"),
)


def locate(message: str, book: Workbook, severity: str) -> list[Finding]:
    """Turn one message, which may tell of several rows, into findings with their cells."""
    lines = message.strip().split("\n")
    if len(lines) > 1 and all(_ROW.match(line) for line in lines):
        return [_located(line, book, severity) for line in lines]
    return [_located(message.strip(), book, severity)]


def _located(message: str, book: Workbook, severity: str) -> Finding:
    place = _place_by_row(message, book) or _place_by_name(message, book)
    text = _SHEET.sub(lambda match: f"The '{match[2]}' value" if match[2] else "", message)
    text = " ".join(_ROW.sub("", text).split())
    text = text[:1].upper() + text[1:]
    if not place:
        place = _whole_sheet(message, book)
    return Finding(text, place, severity)


def _place_by_row(message: str, book: Workbook) -> Place | None:
    row = _ROW.search(message) or _GENERATED.search(message)
    if not row or not row[1].isdigit():
        return None
    named = _SHEET.search(message)
    sheet = book.sheets.get(named[1] if named else "survey")
    if sheet is None:
        return Place(cell=row[1])
    column = named[2] if named and named[2] else _column(message)
    if column.startswith("parameters ("):
        column = "parameters"
    if column == "dataset" and sheet.name == "entities":  # the old name of the column
        column = "list_name" if "list_name" in sheet.columns else column
    number = int(row[1])
    if number == 1 and sheet.name.lower() == "settings":  # meant is their only row
        number = 2
    return place_of(sheet, number, column)


def _whole_sheet(message: str, book: Workbook) -> Place:
    about = _ABOUT_SHEET.search(message)
    if not about:
        return Place()
    name = about[1] or about[2]
    return Place(book.sheets[name].name if name in book.sheets else name)


def _column(message: str) -> str:
    return next((name for pattern, name in _COLUMNS if pattern.search(message)), "")


def _place_by_name(message: str, book: Workbook) -> Place | None:
    # Some messages only quote the name or the type of the question.
    quoted = {next(filter(None, groups)) for groups in _NAMED.findall(message)}
    for text, place in _names(book):
        if text in quoted:
            return place
    return None


def _names(book: Workbook) -> Iterator[tuple[str, Place]]:
    for sheet_name, column in (("survey", "name"), ("survey", "type"), ("choices", "name")):
        sheet = book.sheets.get(sheet_name)
        for row in sheet.rows if sheet else []:
            cell = find_cell(sheet, row, column) if sheet else None
            if cell:
                yield cell.text, cell.place
                yield cell.text.split()[0], cell.place
