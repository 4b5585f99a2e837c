"""Dates as numbers: days since 1 January 1970, as XForms counts them."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache

from app.xforms.expressions.values import BLANK, Missing

_EPOCH = date(1970, 1, 1)
_PARTS: dict[str, Callable[[date], str]] = {
    "Y": lambda day: f"{day.year:04d}",
    "y": lambda day: f"{day.year % 100:02d}",
    "m": lambda day: f"{day.month:02d}",
    "n": lambda day: str(day.month),
    "d": lambda day: f"{day.day:02d}",
    "e": lambda day: str(day.day),
    "%": lambda _: "%",
}


def to_day(text: str) -> float | Missing:
    """The day of an ISO date, or of a date and time as the phone's clock showed it."""
    if text[4:5] != "-" or text[7:8] != "-":  # Python reads more forms than phones write
        return BLANK
    try:
        return float((date.fromisoformat(text[:10]) - _EPOCH).days)
    except ValueError:
        return BLANK


def to_date_text(day: float) -> str | Missing:
    """The ISO date of a day."""
    found = _date(day)
    return found.isoformat() if found else BLANK


@lru_cache(maxsize=1024)  # mostly the day of the interview, for every member
def format_day(day: float, pattern: str) -> str | Missing:
    """The date in a pattern of %Y %y %m %n %d %e."""
    found = _date(day)
    if found is None:
        return BLANK
    return re.sub(r"%(.)", lambda part: _PARTS[part[1]](found), pattern)


def unknown_parts(pattern: str) -> list[str]:
    """The parts of a pattern that `format_day` cannot write."""
    return [part for part in re.findall(r"%.?", pattern) if part[1:] not in _PARTS]


def _date(day: float) -> date | None:
    try:
        return _EPOCH + timedelta(days=day // 1)
    except OverflowError:
        return None
