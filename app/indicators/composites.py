"""PURE. Composites: indicators made of what other indicators of the workbook say of the same row.

`indicator('XHS-03')` is the numerator of XHS-03 in this row (over its denominator, where that is
not 1); it is missing where the row is missing there, or outside. So a composite is summed up and
estimated like any indicator, and its standard error is right though its parts share households.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import Any, TypeGuard

from app.indicators.definitions import Indicator
from app.xforms.expressions.parser import parse
from app.xforms.expressions.tokens import LONGEST, ExpressionError
from app.xforms.expressions.tree import Call, Node, Text, walk
from app.xforms.problems import Finding

NAME = "indicator"
COLUMNS = ("eligible", "numerator", "denominator")
Fault = tuple[str, Finding]  # column, and what is wrong in its cell


def compose(indicator: Indicator, known: Mapping[str, Indicator]) -> tuple[Indicator, list[Fault]]:
    """The indicator with its parts in it, so that it stands for itself; and what is wrong."""
    parts: dict[str, str] = {}
    faults: list[Fault] = []
    for column in COLUMNS:
        for code in _codes(getattr(indicator, column)):
            fault = _gather(code, indicator, known, parts, (indicator.code,))
            if fault:
                faults.append((column, fault))
        if not faults and _length(getattr(indicator, column), parts) > LONGEST:
            fault = Finding(
                "With all its parts it is longer than %(most)s characters.",
                details={"most": LONGEST},
            )
            return indicator, [(column, fault)]
    return replace(indicator, parts=tuple(sorted(parts.items()))), faults


def _gather(
    code: str,
    whole: Indicator,
    known: Mapping[str, Indicator],
    parts: dict[str, str],
    above: tuple[str, ...],
) -> Finding | None:
    """Adds a part and its own parts; what is wrong with it, or nothing."""
    if code in above:
        return Finding(
            "%(circle)s: an indicator cannot be made of itself.",
            details={"circle": " → ".join((*above, code))},
        )
    part = known.get(code)
    if part is None or code in parts:
        return None  # the check of the expression names one that there is not
    parts[code] = _said(part)
    if fault := _unlike(part, whole):
        return fault
    below = (_gather(inner, whole, known, parts, (*above, code)) for inner in _codes(parts[code]))
    return next(filter(None, below), None)


def _unlike(part: Indicator, whole: Indicator) -> Finding | None:
    """Why a part does not speak of the same rows in the same way; None when it does."""
    if part.unit != whole.unit:
        return Finding(
            "%(code)s counts rows of %(unit)s, and this one rows of %(own)s.",
            details={"code": part.code, "unit": part.unit, "own": whole.unit},
        )
    if part.join not in {"", whole.join}:
        return Finding(
            "%(code)s joins %(form)s: say the same in join.",
            details={"code": part.code, "form": part.join},
        )
    alike = {"", whole.irrelevant} - {"out"}
    if part.irrelevant not in alike or whole.irrelevant == "out":
        return Finding(
            "Say in irrelevant what %(code)s says there: 0 or missing.",
            details={"code": part.code},
        )
    return None


def _length(text: str, parts: Mapping[str, str]) -> int:
    """Characters of an expression with its parts in it."""
    lengths: dict[str, int] = {}

    def of(text: str) -> int:
        for code in _codes(text):
            if code not in lengths and code in parts:
                lengths[code] = of(parts[code])
        return len(text) + sum(lengths.get(code, 0) for code in _codes(text))

    return of(text)


def _said(part: Indicator) -> str:
    """What an indicator says of a row, as an expression."""
    once = part.denominator in {"", "1"}
    said = part.numerator if once else f"({part.numerator}) div ({part.denominator})"
    return f"if({part.eligible}, {said}, '')" if part.eligible else said


def _codes(text: str) -> list[str]:
    """The codes an expression names, in its order."""
    try:
        nodes = [part for part, _ in walk(parse(text))] if text else []
    except ExpressionError:
        return []  # the check of the expression says what is wrong
    found = [
        (part.at, part.arguments[0].value)
        for part in nodes
        if isinstance(part, Call) and part.name == NAME and _is_code(part.arguments)
    ]
    return [code for _, code in sorted(found)]


def _is_code(arguments: tuple[Node, ...]) -> TypeGuard[tuple[Text]]:
    return len(arguments) == 1 and isinstance(arguments[0], Text)


def put_in(node: Node, parts: Mapping[str, str]) -> Node:
    """The tree with what the parts say in place of their names; raises ExpressionError."""
    if isinstance(node, Call) and node.name == NAME:
        if not _is_code(node.arguments):
            raise ExpressionError(
                "indicator() takes the code of an indicator of this workbook, in quotes", node.at
            )
        code = node.arguments[0].value
        if code not in parts:
            raise ExpressionError(
                "there is no indicator %(code)s in this workbook", node.at, code=code
            )
        others = {name: text for name, text in parts.items() if name != code}
        return _moved(put_in(parse(parts[code]), others), node.at)
    return _rebuilt(node, lambda part: put_in(part, parts))


def _moved(node: Node, at: int) -> Node:
    """The tree as if all of it stood in one place, so that faults point to where it is named."""
    return replace(_rebuilt(node, lambda part: _moved(part, at)), at=at)


def _rebuilt(node: Node, change: Callable[[Node], Node]) -> Node:
    """The node with each of its parts changed."""
    said: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, Node):
            said[item.name] = change(value)
        elif isinstance(value, tuple):
            said[item.name] = tuple(
                change(part) if isinstance(part, Node) else part for part in value
            )
    return replace(node, **said)
