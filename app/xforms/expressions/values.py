"""What an expression can come to: True or False, a number, a text, or a missing answer."""

import re
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite

DONT_KNOW, REFUSED, NOT_ASKED, LEFT_BLANK = REASONS = (
    "dont_know",
    "refused",
    "irrelevant",
    "blank",
)
# Plain decimals, with a point or as people write them with a comma, and the exponents with which
# phones write large ones (1.0E7).
_NUMBER = re.compile(r"\s*-?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?\s*", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class Missing:
    """An answer nobody has, and why; whatever needs it to be decided is missing too."""

    reason: str
    text: str = ""  # the code that stands for it in the interview
    # Blank, and whether the question should have been asked depends on a missing answer.
    unsure: bool = False

    @property
    def rank(self) -> int:
        """Which of several reasons is reported: the lowest."""
        return REASONS.index(self.reason)


BLANK = Missing(LEFT_BLANK)
IRRELEVANT = Missing(NOT_ASKED)


def worst(first: Missing, second: Missing) -> Missing:
    """The one of two missing answers whose reason is reported."""
    return first if first.rank <= second.rank else second


def to_number(text: str) -> float | Missing:
    """The number a text says; BLANK when it says none."""
    if text.isdigit() and text.isascii() and len(text) < 300:  # noqa: PLR2004 - the common case
        return float(text)
    return finite(float(text.replace(",", "."))) if _NUMBER.fullmatch(text) else BLANK


def finite(number: float) -> float | Missing:
    """The number; BLANK for infinity and NaN, which no figure may hold."""
    return number if isfinite(number) else BLANK


def to_text(value: bool | float) -> str:
    """A truth value or number as XPath writes it: no exponent, no ".0"."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value.is_integer():
        return str(int(value))
    return format(Decimal(repr(value)), "f")
