"""The columns of an XLSForm's sheets, under whichever of their names the author used."""

from app.xforms.problems import Place
from app.xforms.workbook import Cell, Row, Sheet, Workbook

_ALSO = {
    "type": ("command",),
    "name": ("tag", "value"),
    "label": ("caption",),
    "calculation": ("calculate", "bind:calculate"),
    "relevant": ("relevance", "bind:relevant"),
    "readonly": ("read_only", "bind:readonly"),
    "required": ("bind:required",),
    "list_name": ("list name",),
    "form_id": ("id_string", "set_form_id"),
}
_SAME = {"calculate": "calculation", "relevance": "relevant", "read_only": "readonly"}


def find_column(sheet: Sheet, name: str) -> str | None:
    """Return the header, as written, of the column that XLSForm calls so; languages ignored."""
    name = _SAME.get(name, name)
    wanted = {_plain(text) for text in (name, *_ALSO.get(name, ()))}
    plain = {_plain(header): header for header in reversed(sheet.columns)}
    exact = next((plain[text] for text in plain if text in wanted), None)
    if exact is not None:
        return exact
    parts = (header for header in sheet.columns if _plain(header).split(":")[0] in wanted)
    return next(parts, None)


def find_cell(sheet: Sheet, row: Row, name: str) -> Cell | None:
    """Return the row's cell in the column that XLSForm calls so, None when it is blank."""
    column = find_column(sheet, name)
    return row.get(column) if column else None


def place_of(sheet: Sheet, row: int, name: str) -> Place:
    """Return the place of that cell, blank or not; the row when there is no such column."""
    return sheet.place(row, find_column(sheet, name))


def survey_rows(book: Workbook) -> dict[str, Row]:
    """Return the survey's rows by the path of their node: "main/roster/m_age"."""
    sheet = book.sheets.get("survey")
    found: dict[str, Row] = {}
    around: list[str] = []
    for row in sheet.rows if sheet else []:
        kind, name = (_text(sheet, row, column) for column in ("type", "name"))
        words = kind.replace("_", " ").lower().split()
        if words[:1] == ["end"] and len(words) > 1:
            around = around[:-1]
        elif words == ["audit"]:
            found["meta/audit"] = row
        elif name:
            path = "/".join([*around, name])
            found.setdefault(path, row)
            if words[:1] == ["begin"]:
                around = [*around, name]
    return found


def _text(sheet: Sheet | None, row: Row, column: str) -> str:
    cell = find_cell(sheet, row, column) if sheet else None
    return cell.text if cell else ""


def _plain(header: str) -> str:
    return header.lower().replace("_", " ").replace("::", ":")
