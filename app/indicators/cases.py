"""Runs the test cases of a workbook: given answers in, expected counts and sums out."""

from collections.abc import Iterator
from dataclasses import replace

from app.errors import phrase
from app.indicators.answers import AnswersError, build_interview
from app.indicators.cells import Cell
from app.indicators.definitions import IndicatorCase
from app.indicators.evaluate import Evaluator, compile_indicators
from app.indicators.partners import ALONE, Partners
from app.indicators.sheet import CASES, IndicatorSheet
from app.xforms.definition import FormDefinition
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import Missing, to_number, to_text
from app.xforms.problems import Finding

_CLOSE = 1e-9


def run_cases(
    sheet: IndicatorSheet, definition: FormDefinition, partners: Partners = ALONE
) -> list[Finding]:
    """What the cases find; cases of indicators with faults of their own are left out."""
    ready: dict[str, tuple[Evaluator, FormDefinition]] = {}
    for indicator in sheet.indicators:
        whole = partners.whole(definition, indicator.join)
        try:
            if whole is not None:
                ready[indicator.code] = compile_indicators([indicator], whole), whole
        except (ExpressionError, ValueError):
            continue  # check_indicators says why
    findings: list[Finding] = []
    for case in sheet.cases:
        if case.code in ready:
            found = _run(case, *ready[case.code])
            findings += [
                replace(finding, place=sheet.place(CASES, case, column))
                for column, finding in found
            ]
    return findings


def _run(
    case: IndicatorCase, evaluator: Evaluator, definition: FormDefinition
) -> Iterator[tuple[str, Finding]]:
    """What is wrong, each with its column."""
    try:
        root = build_interview(case.answers, definition)
    except AnswersError as error:
        yield "answers", error.finding
        return
    day = definition.field(definition.settings.get("interview_date", "today"))
    date = root.findtext(day.path, "") if day else ""
    cells = evaluator.evaluate(root, interview_date=date)
    total = next((cell for cell in cells if not cell.breakdown), Cell(0))
    if case.eligible:
        yield from _compare("eligible", case.eligible, float(total.n + total.missing))
    for column, value in (("numerator", total.y), ("denominator", total.x)):
        yield from _compare(column, getattr(case, column), value if total.n else None)


def _compare(column: str, expected: str, found: float | None) -> Iterator[tuple[str, Finding]]:
    shown = phrase("no row that counts") if found is None else to_text(float(found))
    details = {"expected": expected, "found": shown}
    if not expected:
        if found is not None:
            yield (
                column,
                Finding(
                    "No row that counts is expected here, and %(found)s is found.", details=details
                ),
            )
        return
    wanted = to_number(expected)
    if isinstance(wanted, Missing):
        yield (
            column,
            Finding("What is expected is a number, not %(expected)s.", details=details),
        )
        return
    if found is None or abs(wanted - found) > _CLOSE * max(1.0, abs(wanted)):
        yield column, Finding("%(expected)s is expected, and %(found)s is found.", details=details)
