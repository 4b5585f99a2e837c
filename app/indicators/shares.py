"""PURE. Whether an indicator is a share: each row says yes or no, of rows that are in or out.

What an expression can come out as decides it, not how it is written: `${a} = '1'`,
`if(${a} = '1', 1, 0)`, a question whose choices are 0 and 1, and a calculation of any of these are
yes or no. Whether those who say yes are in the denominator too, only their answers tell
(`estimation/moments.py`).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product
from operator import add, mul, sub

from app.indicators.composites import put_in
from app.indicators.definitions import Indicator
from app.indicators.missing import codes_by_question
from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.meaning import Kind
from app.xforms.expressions.meaning import kind_of as kind_of_answer
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Codes, Plan
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import (
    Binary,
    Call,
    Junction,
    Negative,
    Node,
    Number,
    Path,
    Question,
    Text,
)
from app.xforms.expressions.values import Missing, to_number

YES_OR_NO = frozenset({0.0, 1.0})
MOST = 16  # values worth following
DEEPEST = 20  # calculations of calculations
COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
CONDITIONS = frozenset({
    "not", "true", "false", "boolean", "boolean-from-string", "selected", "contains",
    "starts-with", "ends-with", "regex", "geofence", "intersects", "checklist",
    "weighted-checklist",
})  # fmt: skip
UNCHANGED = frozenset({"number", "string", "int", "round", "floor", "ceiling", "coalesce"})
OPERATIONS: dict[str, Callable[..., float]] = {
    "+": add,
    "-": sub,
    "*": mul,
    "min": lambda *values: min(values),
    "max": lambda *values: max(values),
    "abs": abs,
}


class Unbounded(Exception):
    """A part can be more than a few whole numbers."""


def kind_of(indicator: Indicator, definition: FormDefinition) -> str:
    """The estimator's kind: "prop" for shares of rows, else "ratio"."""
    values = _Values(Plan(definition), codes_by_question(indicator.missing))
    try:
        for text in filter(None, (indicator.numerator, indicator.denominator)):
            node = put_in(parse(text), dict(indicator.parts))
            if not set(values.of(node)) <= YES_OR_NO:
                return "ratio"
    except (ExpressionError, Unbounded):
        return "ratio"
    return "prop"


@dataclass(frozen=True, slots=True)
class _Values:
    """What parts of an expression can be where they are not missing; raises Unbounded."""

    plan: Plan
    codes: Codes
    base: str = ""
    depth: int = 0

    def of(self, node: Node) -> Iterable[float]:
        found: Iterable[float]
        match node:
            case Number(text) | Text(text):
                found = _numbers([text])
            case Junction():
                found = YES_OR_NO
            case Binary(operator, left, right):
                found = self._call(operator, (left, right))
            case Negative(operand):
                found = {-value for value in self.of(operand)}
            case Call(name, arguments):
                found = self._call(name, arguments)
            case Question() | Path():
                found = set(self._answers(self.plan.find(node, self.base)))
            case _:
                raise Unbounded
        return found

    def _call(self, name: str, arguments: tuple[Node, ...]) -> Iterable[float]:
        if name in CONDITIONS or name in COMPARISONS:
            return YES_OR_NO
        if name == "if":
            return self._any(arguments[1:])
        if name in UNCHANGED:  # of whole numbers
            return self._any(arguments if name == "coalesce" else arguments[:1])
        return self._combined(name, arguments)

    def _any(self, nodes: Iterable[Node]) -> set[float]:
        return {value for node in nodes for value in self.of(node)}

    def _combined(self, name: str, nodes: tuple[Node, ...]) -> set[float]:
        if name not in OPERATIONS:
            raise Unbounded
        values = {OPERATIONS[name](*each) for each in product(*map(self.of, nodes))}
        if len(values) > MOST:
            raise Unbounded
        return values

    def _answers(self, item: Field | None) -> Iterator[float]:
        """The choices of a question, or what a calculation can be; 0 where it was not asked."""
        if item is None or self.depth > DEEPEST:
            raise Unbounded
        yield 0.0
        if item.calculation and kind_of_answer(item) is Kind.ANY:
            inner = replace(self, base=item.path, depth=self.depth + 1)
            yield from inner.of(parse(item.calculation))
            return
        choices = self.plan.definition.choices.get(item.list or "")
        if not choices or kind_of_answer(item) is not Kind.CODE:
            raise Unbounded
        yield from _numbers(code for code in choices if code not in self.codes(item))


def _numbers(texts: Iterable[str]) -> set[float]:
    """What number() makes of texts; of some it makes nothing."""
    found = {to_number(text.strip()) for text in texts}
    return {number for number in found if not isinstance(number, Missing)}
