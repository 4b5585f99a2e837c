"""The cells of old .xls workbooks as text."""

import io
from collections.abc import Iterator
from importlib import import_module
from typing import Any

from app.xforms.excel import Budget, Grid, grid
from app.xforms.problems import FormRefused, refuse

xlrd: Any = import_module("xlrd")  # has no types
biff: Any = import_module("xlrd.biffh")


def read_xls(content: bytes) -> dict[str, Grid]:
    """Return every sheet of an .xls file; formulas as the values saved with them."""
    budget = Budget()
    try:
        book = xlrd.open_workbook(file_contents=content, logfile=io.StringIO(), on_demand=True)
        return {sheet.name: grid(_rows(sheet, book.datemode), budget) for sheet in book.sheets()}
    except FormRefused:
        raise
    except xlrd.XLRDError as error:
        raise refuse("The file is not a readable .xls workbook (%(why)s).", why=error) from error
    except Exception as error:  # it does not check what it reads and may fail anywhere
        raise refuse("The .xls workbook is damaged: save it again as .xlsx.") from error


def _rows(sheet: Any, datemode: int) -> Iterator[list[object]]:
    for row in sheet.get_rows():
        yield [_value(cell, datemode) for cell in row]


def _value(cell: Any, datemode: int) -> object:
    if cell.ctype == biff.XL_CELL_DATE:
        moment: Any = xlrd.xldate.xldate_as_datetime(cell.value, datemode)
        return moment.time() if cell.value < 1 else moment  # a time has no day
    if cell.ctype == biff.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == biff.XL_CELL_ERROR:
        return str(biff.error_text_from_code.get(cell.value, "#N/A"))
    value: object = cell.value
    return value
