"""PURE. Reads a table of counts, and says of each row what is wrong with it."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from app.errors import BadRequest
from app.org_units.names import fold
from app.org_units.village_sheet import read_grid
from app.scorecards.reported import number
from app.xforms.problems import FormRefused

# Headers as people write them, folded: without marks, in small letters.
HEADERS = {
    "unit": ("unit", "code", "ma", "ma xa", "ma thon", "ma don vi", "commune", "village"),
    "indicator": ("indicator", "chi tieu", "ma chi tieu"),
    "numerator": ("numerator", "count", "tu so", "so luong", "so"),
    "denominator": ("denominator", "of", "mau so", "tong so"),
}
NEEDED = ("unit", "indicator", "numerator")
MOST_ROWS = 50_000
LARGEST = Decimal(10) ** 12
PROBLEMS = {
    "missing": "Fill this in.",
    "unit": "There is no such place, or it is not yours.",
    "indicator": "There is no such indicator.",
    "number": "Write a number from 0, without separators of thousands.",
    "zero": "Write a number above 0, or leave it blank.",
    "twice": "Another row has this place and indicator already.",
}


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with a row (as the spreadsheet numbers it): a key of PROBLEMS."""

    row: int
    column: str
    code: str


@dataclass(frozen=True, slots=True)
class CountRow:
    """One count as a row gives it; a denominator of None is "not said"."""

    row: int
    unit: str
    indicator: str
    numerator: Decimal
    denominator: Decimal | None


@dataclass(slots=True)
class CountSheet:
    """The rows that can be read, and what is wrong with the others."""

    rows: list[CountRow] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)


def read_counts(content: bytes, suffix: str) -> CountSheet:
    """Reads a workbook's first sheet or a CSV file; `BadRequest` when it is neither or too long."""
    grid = _grid(content, suffix)
    columns = _columns(grid[0] if grid else [])
    if len(grid) > MOST_ROWS:
        raise BadRequest("A file has up to %(most)s rows. Divide it.", most=MOST_ROWS)
    found = CountSheet()
    seen: set[tuple[str, str]] = set()
    for number_, cells in enumerate(grid[1:], 2):
        said = {name: cells[at].strip() for name, at in columns.items() if at < len(cells)}
        if not any(said.values()):
            continue
        problems = list(_check(number_, said))
        key = said.get("unit", "").upper(), said.get("indicator", "")
        if not problems and key in seen:
            problems = [RowProblem(number_, "unit", "twice")]
        found.problems += problems
        if not problems:
            seen.add(key)
            above, below = _amount(said["numerator"]), _amount(said.get("denominator", ""))
            assert above is not None
            found.rows.append(CountRow(number_, *key, above, below))
    return found


def _grid(content: bytes, suffix: str) -> list[list[str]]:
    try:
        return read_grid(content, suffix)
    except (FormRefused, UnicodeDecodeError, csv.Error):
        raise BadRequest("Save the file as .xlsx, or as CSV in UTF-8.") from None


def _columns(header: list[str]) -> dict[str, int]:
    folded = [fold(cell) for cell in header]
    known = {
        column: next((at for at, cell in enumerate(folded) if cell in names), None)
        for column, names in HEADERS.items()
    }
    if missing := [column for column in NEEDED if known[column] is None]:
        raise BadRequest("The first row lacks the columns: %(names)s.", names=", ".join(missing))
    return {column: at for column, at in known.items() if at is not None}


def _check(row: int, said: Mapping[str, str]) -> Iterator[RowProblem]:
    for column in NEEDED:
        if not said.get(column):
            yield RowProblem(row, column, "missing")
    for column in ("numerator", "denominator"):
        text = said.get(column, "")
        if not text:
            continue
        amount = _amount(text)
        if amount is None or amount >= LARGEST:
            yield RowProblem(row, column, "number")
        elif column == "denominator" and not amount:
            yield RowProblem(row, column, "zero")


def _amount(text: str) -> Decimal | None:
    """A number with a decimal comma or point; None when the text is none."""
    try:
        value = number(text) if text and not text.endswith("%") else None
    except BadRequest:
        return None
    return None if value is None else Decimal(value.numerator) / Decimal(value.denominator)
