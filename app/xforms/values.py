"""From the text of an answer to its value, by the question's type (ODK XForms, data types)."""

import datetime as dt
import re
from collections.abc import Callable
from math import isfinite

Value = str | int | float | list[str] | list[float | None] | list[list[float | None]]
Cast = Callable[[str], Value]  # raises ValueError when the text is no such value

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")  # fits into 64 bits
_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_FURTHEST = (90.0, 180.0)  # degrees of latitude and longitude


def cast_value(text: str, type_word: str) -> Value:
    """Return the value of a trimmed text; raises ValueError when it is none of that type.

    Dates and times stay ISO 8601 texts, a geopoint is [latitude, longitude, altitude, accuracy]
    in degrees and metres (None where not measured), a trace or shape a list of those.
    """
    cast = CASTS.get(type_word)
    return cast(text) if cast else text


def _integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise ValueError(text)
    return int(text)


def _decimal(text: str) -> float:
    number = float(text) if _DECIMAL.fullmatch(text) else float("nan")
    if not isfinite(number):
        raise ValueError(text)
    return number


def _number(text: str) -> int | float:
    return int(text) if _INTEGER.fullmatch(text) else _decimal(text)


def _date(text: str) -> str:
    if not _DATE.fullmatch(text):
        raise ValueError(text)
    dt.date.fromisoformat(text)
    return text


def _time(text: str) -> str:
    if not _TIME.fullmatch(text):
        raise ValueError(text)
    dt.time.fromisoformat(text[:8].rstrip("Z+-"))
    return text


def _moment(text: str) -> str:
    date, _, time = text.partition("T")
    _date(date)
    _time(time)
    return text


def _point(text: str) -> list[float | None]:
    numbers = [_decimal(part) for part in text.split()]
    if len(numbers) not in {2, 3, 4}:
        raise ValueError(text)
    if any(abs(number) > most for number, most in zip(numbers, _FURTHEST, strict=False)):
        raise ValueError(text)
    return [*numbers, *[None] * (4 - len(numbers))]


def _points(text: str) -> list[list[float | None]]:
    return [_point(part) for part in text.split(";") if part.strip()]


CASTS: dict[str, Cast] = {
    "integer": _integer,
    "decimal": _decimal,
    "range": _number,
    "date": _date,
    "today": _date,
    "time": _time,
    "dateTime": _moment,
    "start": _moment,
    "end": _moment,
    "geopoint": _point,
    "start-geopoint": _point,
    "background-geopoint": _point,
    "geotrace": _points,
    "geoshape": _points,
    "select_multiple": str.split,
    "rank": str.split,
}
