"""What a new version of a questionnaire would do to the indicators in force."""

from collections.abc import Iterator, Sequence

from app.indicators.cases import run_cases
from app.indicators.checks import check_indicators, faults_of
from app.indicators.definitions import Indicator
from app.indicators.sheet import INDICATORS, IndicatorSheet, read_indicators
from app.xforms.definition import FormDefinition
from app.xforms.problems import Finding, Place
from app.xforms.workbook import Workbook


def sheet_of(workbook: Workbook) -> IndicatorSheet | None:
    """The indicators a workbook defines; None when it says nothing about them."""
    return read_indicators(workbook) if INDICATORS in workbook.sheets else None


def check_workbook(
    workbook: Workbook, definition: FormDefinition, in_force: Sequence[Indicator]
) -> list[Finding]:
    """Faults of the workbook's indicators and their cases; and which of those in force would end.

    A workbook without indicators, or an XForm, keeps the ones in force: those it cannot answer are
    named.
    """
    sheet = sheet_of(workbook)
    if sheet is None:
        return list(_broken(definition, in_force))
    findings = check_indicators(sheet, definition) + run_cases(sheet, definition)
    kept = {indicator.code for indicator in sheet.indicators}
    ended = sorted({indicator.code for indicator in in_force} - kept)
    return findings + [
        Finding(
            "The indicator %(code)s is in force and not in this workbook: it gets no new figures.",
            Place(INDICATORS),
            severity="warning",
            details={"code": code},
        )
        for code in ended
    ]


def _broken(definition: FormDefinition, in_force: Sequence[Indicator]) -> Iterator[Finding]:
    for indicator in in_force:
        for fault in faults_of(indicator, definition):
            yield Finding(
                "The indicator %(code)s cannot be computed from this version: %(fault)s."
                " Keep the question, or publish a workbook with a new version of the indicator.",
                details={"code": indicator.code, "fault": fault},
            )
