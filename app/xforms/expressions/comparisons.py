"""Comparisons: codes and texts as strings, numbers and dates as numbers, nothing by accident."""

import operator
from collections.abc import Callable, Iterable
from math import inf
from typing import Any

from app.xforms.expressions.coercion import as_number, as_operand, as_text, as_truth, not_a_date
from app.xforms.expressions.meaning import DATES, Answer, Faults, Kind, Meaning, Run
from app.xforms.expressions.rows import Row
from app.xforms.expressions.strict import constant, negation, several, with_constant
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import IRRELEVANT, Missing, to_number

Test = Callable[[Any, Any], bool]
_CLOSE = 1e-12  # numbers this near are equal to phones: 0.1 + 0.2 is 0.3


def _alike(left: float, right: float) -> bool:
    return abs(left - right) < _CLOSE


_TESTS: dict[str, Test] = {
    "=": _alike,
    "!=": lambda left, right: not _alike(left, right),
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
EQUALITY = frozenset({"=", "!="})


def compare(sign: str, left: Meaning, right: Meaning, faults: Faults) -> Run:
    """The truth of `left sign right`."""
    if left.literal is not None and right.literal is None:
        return compare(_TURNED.get(sign, sign), right, left, faults)
    if (left.tally or right.tally) and Kind.TRUTH not in {left.kind, right.kind}:
        return _counted(sign, left, right, faults)
    if sign not in EQUALITY:
        return _ordered(sign, left, right, faults)
    equal = _equal(left, right, faults)
    return equal if sign == "=" else negation(equal)


def _equal(left: Meaning, right: Meaning, faults: Faults) -> Run:
    literal = right.literal
    if left.answer and literal is not None:
        if literal == "":
            return is_blank(left.answer)
        if left.kind is Kind.CODE:
            return is_code(left.answer, literal, right.at, faults)
        if literal in left.answer.codes:
            return _is_missing_code(left.answer, literal)
    if left.picked and literal:
        check_code(left.picked, literal, right.at, faults)
    kinds = {left.kind, right.kind}
    if Kind.TRUTH in kinds:
        return several(operator.eq, [as_truth(left, faults), as_truth(right, faults)])
    _check_alike(left, right, faults)
    if kinds & {Kind.NUMBER, Kind.DATE}:
        return _test(_alike, as_number(left), right, as_number(right))
    return _test(operator.eq, as_text(left), right, as_text(right))


def _check_alike(left: Meaning, right: Meaning, faults: Faults) -> None:
    for one_side, other in ((left, right), (right, left)):
        fault = _unlike(one_side, other)
        if fault:
            faults.append(fault)


def _unlike(side: Meaning, other: Meaning) -> ExpressionError | None:
    """Why the two cannot be equal in any sensible way; None when they can."""
    at, shown, literal = other.at, side.shown, other.literal
    if side.kind is Kind.CODES:
        return ExpressionError(
            "%(part)s holds several choices: write selected(%(part)s, 'code')", at, part=shown
        )
    if side.kind is Kind.NUMBER:
        return _no_such_number(other)
    if side.kind is Kind.DATE and other.kind is Kind.TEXT:
        return ExpressionError("a date is compared with a text: write date(…) around the text", at)
    if side.answer and side.answer.field.type in DATES and literal and not_a_date(other):
        return ExpressionError(
            "%(part)s is compared with %(text)r, which is not a date", at, part=shown, text=literal
        )
    return None


def _no_such_number(part: Meaning) -> ExpressionError | None:
    """Why no number equals this; None when one may."""
    text = part.literal if part.kind is Kind.TEXT else None
    if text is not None and isinstance(to_number(text), Missing):
        return ExpressionError(
            "a number is compared with %(text)r, which is not a number", part.at, text=text
        )
    if text is None and part.kind in {Kind.CODE, Kind.DATE, Kind.NOTHING, Kind.TEXT}:
        return ExpressionError(
            "a number is compared with %(part)s, which is %(kind)s",
            part.at,
            part=part.shown,
            kind=part.kind.words,
        )
    return None


def _ordered(sign: str, left: Meaning, right: Meaning, faults: Faults) -> Run:
    found = next(filter(None, map(_unordered, (left, right))), None)
    if {left.kind, right.kind} == {Kind.DATE, Kind.NUMBER}:
        found = ExpressionError("a date is compared with a number", right.at)
    if found:
        faults.append(found)
    return _test(_TESTS[sign], as_number(left), right, as_number(right))


def _unordered(part: Meaning) -> ExpressionError | None:
    """Why nothing is more or less than this; None when something is."""
    shown = part.shown
    if part.answer and part.answer.field.type in DATES:
        return ExpressionError(
            "%(part)s is a text here: write date(%(part)s) to compare dates", part.at, part=shown
        )
    if part.kind in {Kind.CODE, Kind.CODES}:
        return ExpressionError(
            "%(part)s is a choice, and choices have no order: compare with = or number(…)",
            part.at,
            part=shown,
        )
    if part.kind is Kind.TEXT and isinstance(to_number(part.literal or ""), Missing):
        return ExpressionError("texts have no order: compare numbers or dates", part.at)
    if part.kind in {Kind.TRUTH, Kind.NOTHING}:
        return ExpressionError("%(part)s has no order", part.at, part=shown)
    return None


def _test(test: Test, left: Run, right: Meaning, right_run: Run) -> Run:
    if right.literal is None:
        return several(test, [left, right_run])
    known = right_run([])
    return constant(known) if isinstance(known, Missing) else with_constant(test, left, known)


def is_blank(answer: Answer) -> Run:
    """Whether there is no answer at all; known of every question."""

    def value(row: Row) -> bool:
        found = answer.get(row)
        return found.__class__ is Missing and not found.text

    return value


def is_code(answer: Answer, code: str, at: int, faults: Faults) -> Run:
    """Whether a question with one choice was answered with this code."""
    check_code(answer, code, at, faults)
    if code in answer.codes:
        return _is_missing_code(answer, code)
    if not answer.nothing:
        return with_constant(operator.eq, answer.get, code)

    def value(row: Row) -> Any:
        found = answer.get(row)
        if found.__class__ is Missing:
            return False if found is IRRELEVANT else found
        return found == code

    return value


def _is_missing_code(answer: Answer, code: str) -> Run:
    """Whether the answer was this "don't know": a question about it is known, unless blank."""

    def value(row: Row) -> Any:
        found = answer.get(row)
        if found.__class__ is Missing:
            if found.text:
                return found.text == code
            return False if answer.nothing and found is IRRELEVANT else found
        return found == code

    return value


def check_code(answer: Answer, code: str, at: int, faults: Faults) -> None:
    """A fault when the question's list has no such code."""
    if not answer.choices or code in answer.choices:
        return
    faults.append(
        ExpressionError(
            "%(code)r is not in the choices of ${%(name)s} (list %(list)s: %(known)s)",
            at,
            code=code,
            name=answer.field.name,
            list=answer.field.list,
            known=", ".join(sorted(answer.choices)[:12]),
        )
    )


def _possible(sure: int, maybe: float, number: float) -> Iterable[float]:
    """The counts that may be; where there is no end to them, those that can tell from `number`."""
    if maybe < inf:
        return range(sure, sure + int(maybe) + 1)
    return (sure, sure + 1, *([number] if number >= sure and number.is_integer() else ()), inf)


def _counted(sign: str, left: Meaning, right: Meaning, faults: Faults) -> Run:
    """A comparison of a count: decided as soon as the members nobody knows of cannot change it."""
    if left.tally is None:
        return _counted(_TURNED.get(sign, sign), right, left, faults)
    tally, other, test = left.tally, as_operand(right, faults), _TESTS[sign]

    def value(row: Row) -> Any:
        number = other(row)
        if number.__class__ is Missing:
            return number
        sure, maybe, why = tally(row)
        found = {test(count, number) for count in _possible(sure, maybe, number)}
        return found.pop() if len(found) == 1 else why

    return value
