"""The cells of .xlsx workbooks as text; files made to exhaust the server are refused early."""

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterable
from typing import Any

from app.xforms.problems import FormRefused, refuse

Grid = list[list[str]]  # rows of trimmed texts, "" for blank cells

UNPACKED_LIMIT = 60_000_000  # bytes of XML inside an .xlsx
CELL_LIMIT = 1_000_000  # non-blank cells of a workbook
TEXT_LIMIT = 20_000_000  # characters: one long text may be shared by many cells
BLANK_RUN = 1_000  # so many blank rows end a sheet, as formatted but empty rows may go on for ever
COLUMN_LIMIT = 1_000


class Budget:
    """What is left of the limits while one workbook is read."""

    def __init__(self) -> None:
        self.cells = CELL_LIMIT
        self.characters = TEXT_LIMIT

    def spend(self, text: str) -> None:
        """Count one cell's text; raises FormRefused when the workbook is too large."""
        self.cells -= 1
        self.characters -= len(text)
        if self.cells < 0 or self.characters < 0:
            raise refuse("The workbook is too large: remove sheets that no form needs.")


def read_xlsx(content: bytes) -> dict[str, Grid]:
    """Return every sheet of an .xlsx file; formulas as the values saved with them."""
    import openpyxl

    _check_archive(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that do not concern us
            book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
            return _read_worksheets(book)
    except FormRefused:
        raise
    except Exception as error:  # it does not check what it reads and may fail anywhere
        raise refuse("The file is not a readable .xlsx workbook (%(why)s).", why=error) from error


def _check_archive(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(item.file_size for item in archive.infolist())
    except Exception as error:  # damaged archives fail in many ways
        raise refuse("The file is not an .xlsx workbook: save it again as .xlsx.") from error
    if unpacked > UNPACKED_LIMIT:
        size = unpacked // 1_000_000
        raise refuse("The workbook unpacks to %(size)s MB: it is too large.", size=size)


def _read_worksheets(book: Any) -> dict[str, Grid]:
    budget = Budget()
    grids = {}
    for sheet in book.worksheets:
        # Some programs write a wrong extent of the sheet; without it all rows are read.
        sheet.reset_dimensions()
        grids[sheet.title] = grid(sheet.iter_rows(max_col=COLUMN_LIMIT, values_only=True), budget)
    book.close()
    return grids


def grid(rows: Iterable[Iterable[object]], budget: Budget) -> Grid:
    """Return the rows of one sheet as texts, without the blank rows at its end."""
    kept: Grid = []
    blank = 0
    for values in rows:
        row = [as_text(value) for value in values]
        for text in row:
            if text:
                budget.spend(text)
        kept.append(row)
        blank = 0 if any(row) else blank + 1
        if blank > BLANK_RUN:
            break
    return kept[: len(kept) - blank]


def as_text(value: object) -> str:
    """Return a cell's value as it would be typed: 1.0 as "1", a date as "2026-01-31"."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    # no-break spaces come with texts pasted from the web and break names and expressions
    return str(value).replace("\N{NO-BREAK SPACE}", " ").strip()
