"""Dates as numbers: days since 1 January 1970, as XForms counts them; times are fractions."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from app.xforms.expressions.values import BLANK, Missing

_EPOCH = date(1970, 1, 1)
_DAY = 24 * 60 * 60 * 1000  # milliseconds
_CLOCK = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?", re.ASCII)
_DAYS: dict[str, Callable[[datetime], str]] = {
    "Y": lambda at: f"{at.year:04d}",
    "y": lambda at: f"{at.year % 100:02d}",
    "m": lambda at: f"{at.month:02d}",
    "n": lambda at: str(at.month),
    "d": lambda at: f"{at.day:02d}",
    "e": lambda at: str(at.day),
    "%": lambda _: "%",
}
_TIMES: dict[str, Callable[[datetime], str]] = {
    "H": lambda at: f"{at.hour:02d}",
    "h": lambda at: str(at.hour),
    "M": lambda at: f"{at.minute:02d}",
    "S": lambda at: f"{at.second:02d}",
    "3": lambda at: f"{at.microsecond // 1000:03d}",
}
_PARTS = _DAYS | _TIMES
DATE_PARTS, MOMENT_PARTS = (tuple(f"%{part}" for part in parts) for parts in (_DAYS, _PARTS))


def to_day(text: str) -> float | Missing:
    """The day of an ISO date, or of a date and time as the phone's clock showed it."""
    if text[4:5] != "-" or text[7:8] != "-":  # Python reads more forms than phones write
        return BLANK
    try:
        return float((date.fromisoformat(text[:10]) - _EPOCH).days)
    except ValueError:
        return BLANK


def to_clock(text: str) -> float | Missing:
    """The time of a day as its fraction, as the phone's clock showed it: 10:30 is 0.4375."""
    found = _CLOCK.match(text.partition("T")[2] or text)
    try:
        clock = time.fromisoformat(found[0]) if found else None
    except ValueError:
        clock = None
    if clock is None:
        return BLANK
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    return (seconds * 1000 + clock.microsecond / 1000) / _DAY


def to_moment(text: str) -> float | Missing:
    """The day of an ISO date with the time as its fraction; midnight when none is said."""
    day = to_day(text)
    clock = to_clock(text[11:]) if text[10:11] == "T" else 0.0
    if isinstance(day, Missing) or isinstance(clock, Missing):
        return BLANK
    return day + clock


def to_date_text(day: float) -> str | Missing:
    """The ISO date of a day."""
    found = _moment(day)
    return found.date().isoformat() if found else BLANK


@lru_cache(maxsize=1024)  # mostly the day of the interview, for every member
def format_day(day: float, pattern: str) -> str | Missing:
    """The date in a pattern of `MOMENT_PARTS`."""
    found = _moment(day)
    if found is None:
        return BLANK
    return re.sub(r"%(.)", lambda part: _PARTS[part[1]](found), pattern)


def unknown_parts(pattern: str, known: tuple[str, ...]) -> list[str]:
    """The parts of a pattern that are not known."""
    return [part for part in re.findall(r"%.?", pattern) if part not in known]


def _moment(day: float) -> datetime | None:
    try:
        midnight = datetime.combine(_EPOCH, time()) + timedelta(days=day // 1)
        return midnight + timedelta(milliseconds=round(day % 1 * _DAY))
    except OverflowError:
        return None
