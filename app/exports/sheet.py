"""PURE. Rows of a spreadsheet as OOXML writes them, fast enough for a million of them."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from app.clock import PROGRAMME_ZONE

LAST_ROW = 2**20  # of a sheet, by the format; the first one has the names of the columns
BOLD, INSTANT = 1, 2  # styles, in the order in which the workbook names them (`workbook.py`)
HEAD = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews>'
    b'<sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft"'
    b' state="frozen"/></sheetView></sheetViews><sheetData>'
)
FOOT = b"</sheetData></worksheet>"

EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001 - of a calendar without zones
ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"}
# XML has no place for these, and a workbook that holds one does not open.
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
TO_ESCAPE = re.compile("[&<>\r]")


def names_row(names: Sequence[str]) -> str:
    """The first row: the names of the columns."""
    cells = (_text(f"{_letters(n)}1", name, BOLD) for n, name in enumerate(names, 1))
    return f'<row r="1">{"".join(cells)}</row>'


def rows(lines: Iterable[Sequence[Any]], after: int) -> str:
    """Rows of numbers, texts and instants behind the row with this number; None is left blank."""
    return "".join(_row(number, line) for number, line in enumerate(lines, after + 1))


def _row(number: int, line: Sequence[Any]) -> str:
    cells = (
        _cell(f"{_letters(column)}{number}", value)
        for column, value in enumerate(line, 1)
        if value is not None
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


@cache
def _letters(column: int) -> str:
    """A column's name: A to Z, then AA."""
    more, last = divmod(column - 1, 26)
    return (_letters(more) if more else "") + chr(ord("A") + last)


def _cell(at: str, value: Any) -> str:
    if isinstance(value, str):
        return _text(at, value)
    if isinstance(value, bool):
        return f'<c r="{at}" t="b"><v>{value:d}</v></c>'
    if isinstance(value, datetime):
        local = value.astimezone(PROGRAMME_ZONE).replace(tzinfo=None, microsecond=0)
        return f'<c r="{at}" s="{INSTANT}"><v>{_serial(local)!r}</v></c>'
    return f'<c r="{at}"><v>{value!r}</v></c>'


def _serial(local: datetime) -> float:
    """Days since the last of 1899, as spreadsheets count."""
    return (local - EPOCH) / timedelta(days=1)


def _text(at: str, text: str, style: int = 0) -> str:
    """A cell that holds a text as a text, even one that begins as a formula does."""
    if FORBIDDEN.search(text):
        text = FORBIDDEN.sub("", text)
    if TO_ESCAPE.search(text):
        text = TO_ESCAPE.sub(lambda found: ESCAPES[found[0]], text)
    styled = f' s="{style}"' if style else ""
    return f'<c r="{at}"{styled} t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
