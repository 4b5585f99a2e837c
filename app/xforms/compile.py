"""From a questionnaire as its author wrote it to the XForm that phones get."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from app.xforms.columns import survey_rows
from app.xforms.definition import FormDefinition
from app.xforms.document import read_document
from app.xforms.entity_blocks import entity_findings
from app.xforms.fields import Notes, read_definition
from app.xforms.locate import locate
from app.xforms.media import clashing_files
from app.xforms.problems import Finding, FormRefused, Place
from app.xforms.rules import rule_findings
from app.xforms.sheet_checks import check_sheets, read_settings
from app.xforms.stand_ins import Rows, replace_row
from app.xforms.workbook import Workbook, in_order, read_workbook

_SHEETS = ("survey", "choices", "settings", "entities", "external_choices", "osm")
_MOST_ERRORS = 20
_DECLARATION = re.compile(r"<\?xml[^>]*\?>\s*")


@dataclass(frozen=True, slots=True)
class CompiledForm:
    """A questionnaire fit to be published; the workbook is empty for an uploaded XForm."""

    xml: bytes
    definition: FormDefinition
    workbook: Workbook
    warnings: tuple[Finding, ...]


def compile_xlsform(content: bytes, suffix: str, *, default_form_id: str) -> CompiledForm:
    """Compile an XLSForm (".xlsx", ".xls", ".md"); the form id may come from the file's name.

    Raises FormRefused with everything that is wrong, in the order of the sheets.
    """
    book = read_workbook(content, suffix)
    attempt = _convert(book, default_form_id)
    errors = check_sheets(book, default_form_id)
    places = {item.place for item in errors}
    errors += [item for item in attempt.errors if item.place not in places]
    definition = _check_document(attempt.xml, book, errors) if attempt.xml else None
    if errors or definition is None:
        raise FormRefused(in_order(errors, book))
    return CompiledForm(attempt.xml, definition, book, in_order(attempt.warnings, book))


def read_xform(content: bytes, media_names: Collection[str]) -> CompiledForm:
    """Check an XForm that comes as XML; `media_names` are the files that will be there for it.

    Raises FormRefused with everything that is wrong.
    """
    content = content.removeprefix(b"\xef\xbb\xbf")
    document = read_document(content)
    errors = [*clashing_files(document), *rule_findings(document, Workbook())]
    errors += entity_findings(document)
    if errors:
        raise FormRefused(errors)
    definition = read_definition(document, Notes())
    warnings = tuple(
        Finding(
            "The form refers to the file %(file)s, which is not there.",
            severity="warning",
            details={"file": name},
        )
        for name in definition.media
        if name not in media_names
    )
    return CompiledForm(content, definition, Workbook(), warnings)


@dataclass
class _Attempt:
    """What pyxform made of the sheets; no XML when it could not be brought to go on."""

    xml: bytes = b""
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)


class _NotCompiled(Exception):
    """Why pyxform did not compile the form."""


def _convert(book: Workbook, form_id: str) -> _Attempt:
    """Call pyxform, and again with each faulty row replaced, as it stops at its first error."""
    sheets = {name: _rows(book, name) for name in _SHEETS if name in book.sheets}
    attempt = _Attempt()
    while len(attempt.errors) < _MOST_ERRORS:
        try:
            attempt.xml, messages = _call_pyxform(book, sheets, form_id)
        except _NotCompiled as error:
            told = locate(str(error), book, "error")
            new = [item for item in told if item not in attempt.errors]
            attempt.errors += new
            if not new or not all(replace_row(sheets, book, item.place) for item in new):
                break
        else:
            attempt.warnings = [w for text in messages for w in locate(text, book, "warning")]
            break
    return attempt


def _call_pyxform(book: Workbook, sheets: dict[str, Rows], form_id: str) -> tuple[bytes, list[str]]:
    from pyxform.errors import PyXFormError
    from pyxform.xls2xform import convert

    warnings: list[str] = []
    data: dict[str, object] = {"sheet_names": [sheet.name for sheet in book.sheets.values()]}
    for name, rows in sheets.items():
        data[name] = [dict(row) for row in rows]  # pyxform changes what it is given
        data[f"{name}_header"] = [dict.fromkeys(book.sheets[name].columns)]
    if form_id:
        data["fallback_form_name"] = form_id
    try:
        xml = convert(data, warnings).xform
    except PyXFormError as error:
        raise _NotCompiled(str(error)) from error
    except Exception as error:  # whatever it stumbles over is in this form
        raise _NotCompiled(f"The form cannot be compiled: {error!r}.") from error
    body = _DECLARATION.sub("", xml, count=1)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'.encode(), warnings


def _rows(book: Workbook, name: str) -> Rows:
    """Return a sheet's rows as pyxform counts them, blank ones included."""
    rows = book.rows(name)
    if name == "settings":  # of which there is one
        return [{header: cell.text for header, cell in row.items()} for row in rows[:1]]
    filled: Rows = [{} for _ in range(rows[-1].number - 1)] if rows else []
    for row in rows:
        filled[row.number - 2] = {header: cell.text for header, cell in row.items()}
    return filled


def _check_document(xml: bytes, book: Workbook, errors: list[Finding]) -> FormDefinition | None:
    try:
        document = read_document(xml)
    except FormRefused as refusal:  # settings decide about what is checked there
        told = {item.text for item in errors}
        new = [item for item in refusal.findings if item.text not in told]
        errors += [replace(item, place=Place("settings")) for item in new]
        return None
    errors += clashing_files(document)
    errors += rule_findings(document, book)
    definition = read_definition(document, _notes(book))
    if not definition.fields:
        errors.append(Finding("The survey asks nothing: add a question.", Place("survey")))
    return definition


def _notes(book: Workbook) -> Notes:
    rows = survey_rows(book)
    pii = {path: row.text("pii") for path, row in rows.items() if row.text("pii")}
    registry = {path: row.text("registry") for path, row in rows.items() if row.text("registry")}
    return Notes(pii, registry, read_settings(book))
