"""The functions of XLSForm that compute one value from others; all know missing answers."""

import base64
import binascii
import hashlib
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from app.errors import Phrase, phrase
from app.xforms.expressions.coercion import (
    as_day,
    as_operand,
    as_said_number,
    as_text,
    as_yes_or_no,
)
from app.xforms.expressions.dates import (
    DATE_PARTS,
    MOMENT_PARTS,
    format_day,
    to_clock,
    to_day,
    to_moment,
    unknown_parts,
)
from app.xforms.expressions.geography import area, crosses_itself, distance, is_inside
from app.xforms.expressions.meaning import Faults, Kind, Meaning, Run
from app.xforms.expressions.patterns import check_regex
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
    reads: Callable[[str], float | Missing] = to_day  # a date from a text


def round_to(number: float, places: float = 0) -> float:
    """XPath's round: halves go up, also below zero; `places` digits behind the point."""
    unit = Decimal(1).scaleb(-int(max(-_MOST_PLACES, min(places, _MOST_PLACES))))
    scaled = (Decimal(repr(number)) / unit + Decimal("0.5")).to_integral_value(ROUND_FLOOR)
    return float(scaled * unit)


def _finite(call: Callable[..., float]) -> Callable[..., Value]:
    """The function of numbers; missing where it has no finite value."""

    def value(*numbers: float) -> Value:
        try:
            return finite(call(*numbers))
        except (OverflowError, ValueError):
            return BLANK

    return value


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
    place = text.find(mark)
    return text[:place] if place > 0 else ""


def _after(text: str, mark: str) -> str:
    place = text.find(mark)
    return text[place + len(mark) :] if place >= 0 else ""


def _whole(text: str, pattern: str) -> bool:
    return re.fullmatch(pattern, text) is not None


def _hash(algorithm: str) -> str:
    return algorithm.replace("SHA-", "SHA").lower()


def _digest(text: str, algorithm: str, encoding: str = "base64") -> str | Missing:
    name = _hash(algorithm)
    if name not in _HASHES or encoding not in _ENCODINGS:
        return BLANK
    found = hashlib.new(name, text.encode(), usedforsecurity=False).digest()
    return found.hex() if encoding == "hex" else base64.b64encode(found).decode()


def _decode(text: str) -> str | Missing:
    try:
        return base64.b64decode(text, validate=True).decode()
    except (binascii.Error, ValueError):
        return BLANK


_HASHES = frozenset({"md5", "sha1", "sha256", "sha384", "sha512"})
_ENCODINGS = ("base64", "hex")
_REAL: dict[str, Callable[[float], float]] = {
    "exp": math.exp,
    "exp10": lambda number: math.pow(10, number),
    "log": math.log,
    "log10": math.log10,
    "sqrt": math.sqrt,
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "asin": math.asin,
    "acos": math.acos,
    "atan": math.atan,
}
_N, _T, _D, _B = Kind.NUMBER, Kind.TEXT, Kind.DATE, Kind.TRUTH
FUNCTIONS: dict[str, Function] = {
    "number": Function(lambda value: value, (_N,), _N, anything=True),
    "int": Function(lambda value: float(math.trunc(value)), (_N,), _N, anything=True),
    "string": Function(lambda value: value, (_T,), _T),
    "round": Function(round_to, (_N, _N), _N, least=1),
    "floor": Function(lambda value: float(math.floor(value)), (_N,), _N),
    "ceiling": Function(lambda value: float(math.ceil(value)), (_N,), _N),
    "abs": Function(abs, (_N,), _N),
    "pow": Function(_finite(math.pow), (_N, _N), _N),
    "atan2": Function(_finite(math.atan2), (_N, _N), _N),
    **{name: Function(_finite(call), (_N,), _N) for name, call in _REAL.items()},
    "boolean": Function(bool, (_B,), _B),
    "boolean-from-string": Function(lambda text: text.lower() in {"1", "true"}, (_T,), _B),
    "contains": Function(lambda text, part: part in text, (_T, _T), _B),
    "starts-with": Function(str.startswith, (_T, _T), _B),
    "ends-with": Function(str.endswith, (_T, _T), _B),
    "substr": Function(_substr, (_T, _N, _N), _T, least=2),
    "substring": Function(_substring, (_T, _N, _N), _T, least=2),
    "substring-before": Function(_before, (_T, _T), _T),
    "substring-after": Function(_after, (_T, _T), _T),
    "string-length": Function(lambda text: float(len(text)), (_T,), _N),
    "normalize-space": Function(lambda text: " ".join(text.split()), (_T,), _T),
    "translate": Function(_translate, (_T, _T, _T), _T),
    "regex": Function(_whole, (_T, _T), _B),
    "digest": Function(_digest, (_T, _T, _T), _T, least=2),
    "base64-decode": Function(_decode, (_T,), _T),
    "date": Function(lambda day: float(math.floor(day)), (_D,), _D),
    "date-time": Function(lambda moment: moment, (_D,), _D, reads=to_moment),
    "decimal-date-time": Function(lambda moment: moment, (_D,), _N, reads=to_moment),
    "decimal-time": Function(lambda moment: moment % 1, (_D,), _N, reads=to_clock),
    "format-date": Function(format_day, (_D, _T), _T),
    "format-date-time": Function(format_day, (_D, _T), _T, reads=to_moment),
    "distance": Function(distance, (_T,), _N, more=True),
    "area": Function(area, (_T,), _N, more=True),
    "geofence": Function(is_inside, (_T, _T), _B),
    "intersects": Function(crosses_itself, (_T,), _B),
}
# Of a number of days, date() drops the fraction; of a date and time, the time.
_OF_NUMBERS = {"date": lambda days: float(math.trunc(days))}
_PATTERNS = {"format-date": DATE_PARTS, "format-date-time": MOMENT_PARTS}


def apply(name: str, at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The meaning of a call of one of FUNCTIONS."""
    function = FUNCTIONS[name]
    least = len(function.takes) if function.least is None else function.least
    check_count(name, at, len(parts), least, None if function.more else len(function.takes))
    _check_pattern(name, parts, faults)
    kinds = [*function.takes, *[function.takes[-1]] * len(parts)]
    runs = [
        _argument(kind, part, function, faults) for kind, part in zip(kinds, parts, strict=False)
    ]
    call = function.call
    if parts and parts[0].kind is Kind.NUMBER:
        call = _OF_NUMBERS.get(name, call)
    run = one(call, runs[0]) if len(runs) == 1 else several(call, runs)
    return Meaning(function.gives, run, at)


def _argument(kind: Kind, part: Meaning, function: Function, faults: Faults) -> Run:
    if kind is Kind.DATE:
        return as_day(part, faults, function.reads)
    if kind is Kind.TRUTH:
        return as_yes_or_no(part, faults)
    if kind is Kind.TEXT:
        return as_text(part)
    return as_said_number(part, faults) if function.anything else as_operand(part, faults)


def check_count(name: str, at: int, given: int, least: int, most: int | None) -> None:
    """Raises ExpressionError when a function has too few or too many arguments."""
    if given < least or (most is not None and given > most):
        raise ExpressionError(
            "%(name)s() takes %(wanted)s values, not %(given)s",
            at,
            name=name,
            wanted=_wanted(least, most),
            given=given,
        )


def _wanted(least: int, most: int | None) -> int | Phrase:
    if most is None:
        return phrase("%(least)s or more", least=least)
    return phrase("%(least)s to %(most)s", least=least, most=most) if most > least else least


def _check_pattern(name: str, parts: Sequence[Meaning], faults: Faults) -> None:
    if name == "digest":
        _check_digest(parts, faults)
    if name not in {"regex", *_PATTERNS}:
        return
    pattern = parts[1].literal
    if pattern is None:
        raise ExpressionError(
            "the pattern of %(name)s() is written in quotes", parts[1].at, name=name
        )
    if name == "regex":
        check_regex(pattern, parts[1].at, faults)
    elif unknown := unknown_parts(pattern, _PATTERNS[name]):
        raise ExpressionError(
            "%(name)s() cannot write %(unknown)s here, only %(known)s",
            parts[1].at,
            name=name,
            unknown=" ".join(unknown),
            known=" ".join(_PATTERNS[name]),
        )


def _check_digest(parts: Sequence[Meaning], faults: Faults) -> None:
    """A fault where nobody can make the digest."""
    algorithm, *encodings = parts[1:]
    if algorithm.literal is not None and _hash(algorithm.literal) not in _HASHES:
        faults.append(
            ExpressionError("digest() knows MD5, SHA-1, SHA-256, SHA-384 and SHA-512", algorithm.at)
        )
    faults += [
        ExpressionError("digest() writes 'base64' or 'hex'", encoding.at)
        for encoding in encodings
        if encoding.literal is not None and encoding.literal not in _ENCODINGS
    ]
