"""What must hold in a questionnaire's sheets beyond what XLSForm itself demands."""

from collections.abc import Iterator

from app.xforms.columns import find_cell, place_of, survey_rows
from app.xforms.document import ID_LIMIT, too_long
from app.xforms.problems import Finding
from app.xforms.workbook import Row, Sheet, Workbook

PII = ("personal", "sensitive")
# settings that name a question of the form
QUESTION_SETTINGS = (
    "org_unit",
    "household_key",
    "person_key",
    "person_sex",
    "person_birth_year",
    "interview_date",
    "adults",
    "visit_result",
    "consent",
)
OTHER_SETTINGS = ("registers", "registers_when")


def check_sheets(book: Workbook, default_form_id: str) -> list[Finding]:
    """Find what is wrong in the settings and survey sheets, each with its cell."""
    return [*_settings(book, default_form_id), *_survey(book)]


def read_settings(book: Workbook) -> dict[str, str]:
    """Return those of our own settings that the form has."""
    row = next(iter(book.rows("settings")), Row(2, {}))
    known = (*QUESTION_SETTINGS, *OTHER_SETTINGS)
    return {name: row.text(name) for name in known if row.text(name)}


def _settings(book: Workbook, default_form_id: str) -> Iterator[Finding]:
    sheet = book.sheets.get("settings", Sheet("settings"))
    row = next(iter(sheet.rows), Row(2, {}))
    version, form_id = (find_cell(sheet, row, name) for name in ("version", "form_id"))
    if version is None:
        yield Finding(
            "Give the form a version, and a new one whenever the form changes.",
            place_of(sheet, row.number, "version"),
        )
    if form_id is None and not default_form_id:
        yield Finding(
            "Give the form a form_id: it stays the same in all versions.",
            place_of(sheet, row.number, "form_id"),
        )
    for what, cell in (("version", version), ("id", form_id)):
        if cell and len(cell.text) > ID_LIMIT:
            yield too_long(what, cell.place)
    yield from _own_settings(book, row)


def _own_settings(book: Workbook, row: Row) -> Iterator[Finding]:
    names = [path.rpartition("/")[2] for path in survey_rows(book)]
    for setting in QUESTION_SETTINGS:
        cell = row.get(setting)
        if cell is None:
            continue
        details = {"setting": setting, "name": cell.text}
        if cell.text not in names:
            yield Finding(
                "The setting %(setting)s names no question of the survey: '%(name)s'.",
                cell.place,
                details=details,
            )
        elif names.count(cell.text) > 1:
            yield Finding(
                "The setting %(setting)s names several questions of the survey: '%(name)s'.",
                cell.place,
                details=details,
            )
    registers = row.get("registers")
    if registers and registers.text != "households":
        yield Finding(
            "A form can register households, not '%(text)s'.",
            registers.place,
            details={"text": registers.text},
        )


def _survey(book: Workbook) -> Iterator[Finding]:
    sheet = book.sheets.get("survey", Sheet("survey"))
    for row in sheet.rows:
        pii = row.get("pii")
        if pii and pii.text not in PII:
            yield Finding(
                "'%(text)s' is no kind of personal data: write one of %(known)s.",
                pii.place,
                details={"text": pii.text, "known": ", ".join(PII)},
            )
        kind = find_cell(sheet, row, "type")
        if kind and kind.text.replace(" ", "_").startswith("select_one_external"):
            yield Finding(
                "select_one_external needs an old kind of list: use select_one_from_file.",
                kind.place,
            )
