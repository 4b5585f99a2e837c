"""What a new version of a questionnaire would do to the indicators in force."""

from collections.abc import Iterator, Sequence

from app.errors import Phrase, phrase
from app.indicators.cases import run_cases
from app.indicators.checks import check_indicators, faults_of
from app.indicators.definitions import Indicator
from app.indicators.partners import ALONE, Partners, cannot_join
from app.indicators.sheet import INDICATORS, IndicatorSheet, misspelt_sheets, read_indicators
from app.xforms.definition import FormDefinition
from app.xforms.join import join_forms
from app.xforms.problems import Finding, Place
from app.xforms.workbook import Workbook, in_order


def sheet_of(workbook: Workbook) -> IndicatorSheet | None:
    """The indicators a workbook defines; None when it says nothing about them."""
    return read_indicators(workbook) if INDICATORS in workbook.sheets else None


def check_workbook(
    workbook: Workbook,
    definition: FormDefinition,
    in_force: Sequence[Indicator],
    partners: Partners = ALONE,
) -> list[Finding]:
    """Faults of the workbook's indicators and their cases; and which of those in force would end.

    A workbook without indicators, or an XForm, keeps the ones in force: those it cannot answer are
    named, as are those of other forms that join this one.
    """
    broken = [*misspelt_sheets(workbook), *_broken_elsewhere(definition, partners)]
    sheet = sheet_of(workbook)
    if sheet is None:
        return [*_broken(definition, in_force, partners), *broken]
    findings = check_indicators(sheet, definition, partners)
    findings += [*run_cases(sheet, definition, partners), *broken]
    kept = {indicator.code for indicator in sheet.indicators}
    ended = sorted({indicator.code for indicator in in_force} - kept)
    findings += [
        Finding(
            "The indicator %(code)s is in force and not in this workbook: it gets no new figures.",
            Place(INDICATORS),
            severity="warning",
            details={"code": code},
        )
        for code in ended
    ]
    return [*in_order(findings, workbook)]


def _broken(
    definition: FormDefinition, in_force: Sequence[Indicator], partners: Partners
) -> Iterator[Finding]:
    for indicator in in_force:
        partner = partners.definitions.get(indicator.join)
        for fault in _faults(indicator, definition, partner):
            yield Finding(
                "The indicator %(code)s cannot be computed from this version: %(fault)s."
                " Keep the question, or publish a workbook with a new version of the indicator.",
                details={"code": indicator.code, "fault": fault},
            )


def _broken_elsewhere(definition: FormDefinition, partners: Partners) -> Iterator[Finding]:
    for indicator, own in partners.joining:
        for fault in _faults(indicator, own, definition):
            yield Finding(
                "The indicator %(code)s of the form %(form)s joins this one and cannot be computed"
                " from this version: %(fault)s. Keep the question, or publish first a version of"
                " %(form)s whose indicator does without it.",
                details={"code": indicator.code, "form": own.xml_form_id, "fault": fault},
            )


def _faults(
    indicator: Indicator, own: FormDefinition, partner: FormDefinition | None
) -> Sequence[Phrase]:
    """What is wrong with an indicator in force; of one that joins, with these two forms."""
    if not indicator.join:
        return faults_of(indicator, own)
    if partner is None:
        return [phrase("join: there is no published form %(form)s", form=indicator.join)]
    why = cannot_join(own, partner)
    if why is not None:
        return [phrase("%(column)s: %(why)s", column="join", why=why)]
    return faults_of(indicator, join_forms(own, partner))
