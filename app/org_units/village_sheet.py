"""PURE. A province's list of villages, as a spreadsheet or CSV: rows with their line numbers.

Headers may be Vietnamese or English, in any order, with or without marks.
"""

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from app.org_units.names import fold
from app.xforms import excel, excel_97
from app.xforms.problems import FormRefused

MOST_ROWS = 20_000  # a province has up to 6,000 villages

HEADERS = {
    "commune": ("mã xã", "mã phường xã", "commune code", "commune"),
    "name": ("tên thôn", "tên", "tên thôn tổ dân phố", "name", "village"),
    "type": ("loại", "loại hình", "type"),
    "lay_in": ("mã xã cũ", "mã xã trước 1 7 2025", "old commune code", "old commune"),
    "longitude": ("kinh độ", "longitude", "lon"),
    "latitude": ("vĩ độ", "latitude", "lat"),
    "valid_from": ("từ ngày", "ngày thành lập", "valid from", "since"),
    "aliases": ("tên khác", "tên gọi khác", "aliases"),
    "skip": ("bỏ qua", "skip"),
    "confirm": ("xác nhận", "confirm"),
    "note": ("ghi chú", "note", "stt", "tt", "no"),
}
_BY_HEADER = {fold(word): field for field, words in HEADERS.items() for word in words}
REQUIRED = ("commune", "name", "type")
MARKS = {"x", "có", "co", "yes", "1"}


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong: `code` is a key of `village_mistakes.MISTAKES`; row 0 is the whole file."""

    row: int
    field: str
    code: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the sheet: its number as the spreadsheet shows it, and its texts by field."""

    row: int
    said: dict[str, str]

    @property
    def is_skipped(self) -> bool:
        """Somebody marked it to be left out."""
        return self.said.get("skip", "").lower() in MARKS

    @property
    def is_confirmed(self) -> bool:
        """Somebody marked that a likeness to another village is no mistake."""
        return self.said.get("confirm", "").lower() in MARKS


def read_sheet(content: bytes, suffix: str) -> tuple[list[Line], list[Mistake]]:
    """The rows of the file's first sheet that says anything; and what is wrong with the whole."""
    try:
        grid = read_grid(content, suffix.lower())
    except (FormRefused, UnicodeDecodeError, csv.Error):
        return [], [_whole("unreadable")]
    if not grid:
        return [], [_whole("empty")]
    fields = [_BY_HEADER.get(fold(header), "") for header in grid[0]]
    mistakes = list(_wrong_headers(grid[0], fields))
    lines = [
        Line(number, said)
        for number, texts in enumerate(grid[1:], 2)
        if (said := {f: t.strip() for f, t in zip(fields, texts, strict=False) if f and t.strip()})
    ]
    if not lines and not mistakes:
        mistakes.append(_whole("empty"))
    if len(lines) > MOST_ROWS:
        mistakes.append(_whole("too_many", most=MOST_ROWS))
    return lines, mistakes


def _whole(code: str, **details: Any) -> Mistake:
    return Mistake(0, "", code, details)


def read_grid(content: bytes, suffix: str) -> list[list[str]]:
    """The cells of a CSV, or of a workbook's first sheet that says anything.

    Raises `FormRefused`, `UnicodeDecodeError` or `csv.Error` for what is neither.
    """
    if suffix == ".csv":
        text = content.decode("utf-8-sig")
        first = text.partition("\n")[0]
        delimiter = ";" if first.count(";") > first.count(",") else ","
        return list(csv.reader(io.StringIO(text), delimiter=delimiter))
    sheets = excel_97.read_xls(content) if suffix == ".xls" else excel.read_xlsx(content)
    return next((grid for grid in sheets.values() if grid), [])


def _wrong_headers(headers: Iterable[str], fields: list[str]) -> Iterable[Mistake]:
    for header, field in zip(headers, fields, strict=True):
        if header.strip() and not field:
            yield _whole("unknown_header", header=header.strip())
    for field in dict.fromkeys(fields):
        if field and field != "note" and fields.count(field) > 1:
            yield _whole("double_header", header=HEADERS[field][0])
    for field in REQUIRED:
        if field not in fields:
            yield _whole("no_header", header=HEADERS[field][0])
