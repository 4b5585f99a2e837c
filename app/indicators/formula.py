"""An indicator's expressions, compiled for the rows of its unit; with the faults found in them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from app.indicators.composites import put_in
from app.indicators.definitions import ROOT_UNITS, Breakdown, Indicator
from app.indicators.missing import codes_by_question
from app.xforms.definition import Field
from app.xforms.expressions.coercion import as_operand, as_text, as_truth, is_nothing
from app.xforms.expressions.compiler import Compiler
from app.xforms.expressions.meaning import Answer, Faults, Kind, Meaning, Run
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Plan
from app.xforms.expressions.rows import Row, Scope
from app.xforms.expressions.strict import junction
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import BLANK, IRRELEVANT, Missing
from app.xforms.join import MARK

SEVERAL = "select_multiple"  # the type of questions by which rows are in several groups
LARGEST = 1e100  # squares, and sums of them, stay far from infinity


@dataclass(eq=False)
class Formula:
    """What one row is worth; `None` stands for a blank cell, or one with a fault.

    `faults` are by column; `used` has the questions, by path, and whether they are looked at
    through the members of a repeat.
    """

    scope: Scope
    eligible: Run | None = None
    numerator: Run | None = None
    denominator: Run | None = None
    faults: list[tuple[str, ExpressionError]] = field(default_factory=list)
    broken: ExpressionError | None = None  # the fault that leaves an expression without meaning
    used: dict[str, tuple[Field, bool]] = field(default_factory=dict)
    # Formulas with the same key agree on whether a row is eligible.
    eligible_key: object = None

    def worth(self, row: Row) -> tuple[float, float] | Missing:
        """Numerator and denominator of a row that is eligible; neither NaN nor infinite."""
        y: Any = self.numerator(row) if self.numerator else BLANK
        x: Any = self.denominator(row) if self.denominator else 1.0
        for value in (y, x):
            if isinstance(value, Missing):
                return value
        if -LARGEST < y < LARGEST and -LARGEST < x < LARGEST:
            return y + 0.0, x + 0.0  # a condition is worth 1.0 or 0.0
        return BLANK


def unit_scope(plan: Plan, unit: str) -> Scope | None:
    """The rows of a unit; None when the form itself has no such repeat."""
    if unit in ROOT_UNITS:
        return plan.top
    item = plan.definition.field(unit) if MARK not in unit else None
    return plan.scope(item.path) if item and item.type == "repeat" else None


def compile_formula(indicator: Indicator, plan: Plan, scope: Scope) -> Formula:
    """Compiles what a row of the scope is worth; never raises."""
    formula = Formula(scope)
    codes = codes_by_question(indicator.missing)
    nothing = indicator.irrelevant == "0"
    compiler = Compiler(plan, scope, scope.path, codes, nothing, used=formula.used)
    for column, take in _COLUMNS.items():
        if column == "numerator":
            formula.eligible_key = _eligible_key(indicator, compiler)
        text = getattr(indicator, column)
        parts = dict(indicator.parts)
        run, faults = compile_text(text, compiler, take, parts) if text else (None, [])
        setattr(formula, column, run)
        formula.faults += [(column, fault) for fault in faults]
        if text and run is None:
            formula.broken = faults[-1]
    if indicator.irrelevant == "out":
        formula.eligible = _asked(formula, compiler)
        formula.eligible_key = object()
    return formula


@dataclass(frozen=True, eq=False)
class Group:
    """The group of a row under one breakdown; the same `key` means the same group in every row.

    Of a question with several choices `run` gives a tuple, the groups of all that are ticked.
    """

    breakdown: Breakdown
    key: object
    run: Run | None
    faults: Faults


def compile_breakdown(
    indicator: Indicator, breakdown: Breakdown, plan: Plan, scope: Scope
) -> Group:
    """Compiles the group of a row, answers read as the indicator reads them; never raises."""
    codes = codes_by_question(indicator.missing)
    compiler = Compiler(plan, scope, scope.path, codes)
    run, faults = compile_text(breakdown.expression, compiler, _group)
    return Group(breakdown, (breakdown, *_codes_read(compiler)), run, faults)


def _codes_read(compiler: Compiler) -> list[tuple[str, str, str]]:
    """The missing codes of the questions in use."""
    return [
        (path, code, missing.reason)
        for path, (item, _) in compiler.used.items()
        for code, missing in compiler.codes(item).items()
    ]


def _eligible_key(indicator: Indicator, compiler: Compiler) -> object:
    """To be taken when `eligible` is compiled and nothing else is."""
    skipped = [path for path, (item, _) in compiler.used.items() if compiler.plan.sources(item)]
    nothing = compiler.nothing and bool(skipped)
    return (indicator.eligible, nothing, *_codes_read(compiler))


Take = Callable[[Meaning, Faults], Run]


def compile_text(
    text: str, compiler: Compiler, take: Take, parts: Mapping[str, str] | None = None
) -> tuple[Run | None, Faults]:
    """Compiles one expression, with the parts of a composite in it, taken as one kind of value."""
    faults: Faults = []
    try:
        node = put_in(parse(text), parts or {})
        run = take(replace(compiler, faults=faults).meaning(node), faults)
    except ExpressionError as error:
        return None, [*faults, error]
    return run, faults


def _group(meaning: Meaning, faults: Faults) -> Run:
    if meaning.kind is Kind.CODES and meaning.answer:
        if meaning.answer.field.type == SEVERAL:
            return _groups(meaning.answer)
        faults.append(
            ExpressionError(
                "%(part)s puts every row in every group, in an order: write a breakdown"
                " selected-at(%(part)s, 0) for what stands first",
                meaning.at,
                part=meaning.shown,
            )
        )
    return as_text(meaning)


def _groups(answer: Answer) -> Run:
    """A group for each choice that is ticked; one that means missing is no group."""
    get, codes = answer.get, answer.codes

    def value(row: Row) -> Any:
        found = get(row)
        if found.__class__ is not str:
            return found
        return tuple(dict.fromkeys("" if code in codes else code for code in found.split()))

    return value


def take_number(meaning: Meaning, faults: Faults) -> Run:
    """What a row is worth; dates only make numbers between each other."""
    if meaning.kind is Kind.DATE:
        faults.append(
            ExpressionError("a date is no number: subtract dates to get days", meaning.at)
        )
    return as_operand(meaning, faults)


def _take_divisor(meaning: Meaning, faults: Faults) -> Run:
    if is_nothing(meaning):
        faults.append(ExpressionError("nothing can be divided by 0", meaning.at))
    return take_number(meaning, faults)


_COLUMNS: dict[str, Take] = {
    "eligible": as_truth,
    "numerator": take_number,
    "denominator": _take_divisor,
}


def _asked(formula: Formula, compiler: Compiler) -> Run | None:
    """Eligible, and every question in use was asked; missing where nobody knows whether."""
    runs = [
        _was_asked(compiler.get(item))
        for item, below in formula.used.values()
        if compiler.plan.sources(item) and not below
    ]
    if formula.eligible:
        runs.append(formula.eligible)
    return junction(runs, decisive=False) if runs else None


def _was_asked(get: Run) -> Run:
    def value(row: Row) -> bool | Missing:
        answer = get(row)
        if answer.__class__ is Missing and answer.unsure:
            return answer
        return answer is not IRRELEVANT

    return value
