"""One answer in words: labels instead of codes, dates and numbers as readers write them."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from app.i18n import format_date, format_instant, format_number, gettext, label
from app.xforms.question_types import CHOICE_TYPES

Choices = Mapping[str, Mapping[str, str]]
PLACES = 3  # decimals of a degree, about 100 m: nearer would point at a house


def answer_text(kind: str, value: Any, choices: Choices, names: Mapping[str, str]) -> str:
    """The answer to a question of a kind; `names` has words for codes of server-made lists."""
    if kind in CHOICE_TYPES:
        codes = value if isinstance(value, list) else [value]
        return ", ".join(_choice(str(code), choices, names) for code in codes)
    write = _WRITERS.get(kind)
    if write is None or isinstance(value, str) != (kind in _TEXTS):
        return str(value)
    try:
        return write(value)
    except (ValueError, TypeError):
        return str(value)


def _choice(code: str, choices: Choices, names: Mapping[str, str]) -> str:
    return names.get(code) or label(choices.get(code, {}), code)


def _day(value: str) -> str:
    return format_date(date.fromisoformat(value))


def _moment(value: str) -> str:
    return format_instant(datetime.fromisoformat(value))


def _decimal(value: float) -> str:
    digits = len(str(value).partition(".")[2]) if isinstance(value, float) else 0
    return format_number(value, digits) if digits else str(value)


def _point(value: list[float | None]) -> str:
    latitude, longitude = (format_number(degrees, PLACES) for degrees in value[:2])
    return gettext(
        "latitude %(latitude)s, longitude %(longitude)s", latitude=latitude, longitude=longitude
    )


def _acknowledged(_: str) -> str:
    return gettext("confirmed")


_TEXTS = {"date", "today", "dateTime", "start", "end", "acknowledge"}
_WRITERS: dict[str, Callable[[Any], str]] = {
    "date": _day,
    "today": _day,
    "dateTime": _moment,
    "start": _moment,
    "end": _moment,
    "decimal": _decimal,
    "range": _decimal,
    "geopoint": _point,
    "start-geopoint": _point,
    "acknowledge": _acknowledged,
}
