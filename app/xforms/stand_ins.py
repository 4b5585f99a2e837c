"""Harmless rows in the place of faulty ones, so that the compiler goes on to the next error."""

import re

from app.xforms.columns import find_column
from app.xforms.problems import Place
from app.xforms.workbook import Sheet, Workbook

Rows = list[dict[str, str]]  # header -> text; the first is row 2 of its sheet

_CELL = re.compile(r"([A-Z]*)(\d+)")


def replace_row(sheets: dict[str, Rows], book: Workbook, place: Place) -> bool:
    """Replace the row at the place, keeping its name; False when there is no way to.

    In other sheets than the survey and the choices, only the faulty cell is replaced.
    """
    name = (place.sheet or "").lower()
    cell = _CELL.fullmatch(place.cell or "")
    index = int(cell[2]) - 2 if cell else -1
    if not cell or not 0 <= index < len(sheets.get(name, ())):
        return False
    sheet, row = book.sheets[name], sheets[name][index]
    faulty = [header for header in row if sheet.columns[header] == cell[1]]
    named = find_column(sheet, "name")
    if name == "survey" and named:
        row = _bare_question(sheet, row)
        if named in faulty or named not in row:
            row[named] = f"row_{cell[2]}"
    elif name == "choices" and named:
        row[named] = f"row_{cell[2]}"
    elif not faulty:
        return False
    else:
        row.update(dict.fromkeys(faulty, "x"))  # a name and an expression
    sheets[name][index] = row
    return True


def _bare_question(sheet: Sheet, row: dict[str, str]) -> dict[str, str]:
    """Return a hidden question, or the same group or repeat, of the same name."""
    kind, name = find_column(sheet, "type") or "type", find_column(sheet, "name") or "name"
    structure = row.get(kind, "").lower().startswith(("begin", "end"))
    bare = {kind: row[kind] if structure else "hidden"}
    if name in row:
        bare[name] = row[name]
    return bare
