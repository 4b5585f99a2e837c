"""The functions of XLSForm that compute one value from others; all know missing answers."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from app.xforms.expressions.coercion import as_day, as_number, as_operand, as_text
from app.xforms.expressions.dates import format_day, unknown_parts
from app.xforms.expressions.meaning import Faults, Kind, Meaning, Run
from app.xforms.expressions.strict import one, several
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import BLANK, Missing, finite

_MOST_PLACES = 300
Value = float | str | bool | Missing


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes and gives; `least` arguments are needed, `more` repeats the last."""

    call: Callable[..., Value]
    takes: tuple[Kind, ...]
    gives: Kind
    least: int | None = None
    more: bool = False
    anything: bool = False  # number() and string() take any kind


def round_to(number: float, places: float = 0) -> float:
    """XPath's round: halves go up, also below zero; `places` digits behind the point."""
    unit = Decimal(1).scaleb(-int(max(-_MOST_PLACES, min(places, _MOST_PLACES))))
    scaled = (Decimal(repr(number)) / unit + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return float(scaled * unit)


def _power(base: float, exponent: float) -> Value:
    try:
        return finite(math.pow(base, exponent))
    except (OverflowError, ValueError):
        return BLANK


def _substr(text: str, start: float, end: float = math.inf) -> str:
    """ODK's substr: places from 0, the end excluded, negative ones counted from the end."""
    return text[int(start) : None if math.isinf(end) else int(end)]


def _substring(text: str, start: float, length: float = math.inf) -> str:
    """XPath's substring: places from 1, rounded."""
    first = math.floor(start + 0.5)
    last = first + (length if math.isinf(length) else math.floor(length + 0.5))
    return "".join(char for place, char in enumerate(text, 1) if first <= place < last)


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str] = {}
    for place, char in enumerate(old):
        table.setdefault(ord(char), new[place : place + 1])
    return text.translate(table)


def _before(text: str, mark: str) -> str:
    return text.partition(mark)[0] if mark in text else ""


def _whole(text: str, pattern: str) -> bool:
    return re.fullmatch(pattern, text) is not None


_N, _T, _D, _B = Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.TRUTH
FUNCTIONS: dict[str, Function] = {
    "number": Function(lambda value: value, (_N,), _N, anything=True),
    "int": Function(lambda value: float(math.trunc(value)), (_N,), _N, anything=True),
    "string": Function(lambda value: value, (_T,), _T),
    "round": Function(round_to, (_N, _N), _N, least=1),
    "floor": Function(lambda value: float(math.floor(value)), (_N,), _N),
    "ceiling": Function(lambda value: float(math.ceil(value)), (_N,), _N),
    "abs": Function(abs, (_N,), _N),
    "pow": Function(_power, (_N, _N), _N),
    "boolean-from-string": Function(lambda text: text in {"1", "true"}, (_T,), _B),
    "concat": Function(lambda *texts: "".join(texts), (_T,), _T, more=True),
    "contains": Function(lambda text, part: part in text, (_T, _T), _B),
    "starts-with": Function(str.startswith, (_T, _T), _B),
    "ends-with": Function(str.endswith, (_T, _T), _B),
    "substr": Function(_substr, (_T, _N, _N), _T, least=2),
    "substring": Function(_substring, (_T, _N, _N), _T, least=2),
    "substring-before": Function(_before, (_T, _T), _T),
    "substring-after": Function(lambda text, mark: text.partition(mark)[2], (_T, _T), _T),
    "string-length": Function(lambda text: float(len(text)), (_T,), _N),
    "normalize-space": Function(lambda text: " ".join(text.split()), (_T,), _T),
    "translate": Function(_translate, (_T, _T, _T), _T),
    "regex": Function(_whole, (_T, _T), _B),
    "date": Function(lambda day: day, (_D,), _D),
    "format-date": Function(format_day, (_D, _T), _T),
}


def apply(name: str, at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The meaning of a call of one of FUNCTIONS."""
    function = FUNCTIONS[name]
    least = len(function.takes) if function.least is None else function.least
    check_count(name, at, len(parts), least, None if function.more else len(function.takes))
    _check_pattern(name, parts)
    kinds = [*function.takes, *[function.takes[-1]] * len(parts)]
    runs = [
        _argument(kind, part, function, faults) for kind, part in zip(kinds, parts, strict=False)
    ]
    run = one(function.call, runs[0]) if len(runs) == 1 else several(function.call, runs)
    return Meaning(function.gives, run, at)


def _argument(kind: Kind, part: Meaning, function: Function, faults: Faults) -> Run:
    if kind is Kind.DATE:
        return as_day(part, faults)
    if kind is Kind.TEXT:
        return as_text(part)
    return as_number(part) if function.anything else as_operand(part, faults)


def check_count(name: str, at: int, given: int, least: int, most: int | None) -> None:
    """Raises ExpressionError when a function has too few or too many arguments."""
    if given < least or (most is not None and given > most):
        wanted = f"{least} or more" if most is None else str(least)
        if most is not None and most > least:
            wanted = f"{least} to {most}"
        raise ExpressionError(f"{name}() takes {wanted} values, not {given}", at)


def _check_pattern(name: str, parts: Sequence[Meaning]) -> None:
    if name not in {"regex", "format-date"}:
        return
    pattern = parts[1].literal
    if pattern is None:
        raise ExpressionError(f"the pattern of {name}() is written in quotes", parts[1].at)
    if name == "regex":
        try:
            re.compile(pattern)
        except re.error as error:
            raise ExpressionError(f"the pattern cannot be read: {error}", parts[1].at) from None
    elif unknown := unknown_parts(pattern):
        known = "%Y %y %m %n %d %e"
        raise ExpressionError(
            f"format-date() cannot write {' '.join(unknown)} here, only {known}", parts[1].at
        )
