"""PURE. What a commune reports where no survey measures: 45/60, 75 %, 4, yes, or who is in charge.

Numbers are written as people write them, with a decimal comma or point.
"""

import re
from fractions import Fraction

from app.errors import BadRequest
from app.scorecards.definitions import PROPORTIONAL, ROLE, YES_NO, Criterion

ROLES = {"head": Fraction(1), "deputy": Fraction(1, 2), "other": Fraction(0)}
ANSWERS = {"yes": Fraction(1), "no": Fraction(0)}
CHOICES = {ROLE: ROLES, YES_NO: ANSWERS}
LONGEST = 40  # characters

_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,17})?", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+", re.ASCII)


def value_of(criterion: Criterion, text: str) -> Fraction:
    """The value that a reported text stands for; raises `BadRequest` that says how to write it."""
    text = text.strip()
    if len(text) > LONGEST:
        raise BadRequest("This text is too long.")
    choices = CHOICES.get(criterion.rule)
    if choices is not None:
        if text not in choices:
            raise BadRequest("Choose one of the answers.")
        return choices[text]
    above, slash, below = (part.strip() for part in text.partition("/"))
    if not slash:
        value = number(text)
        if criterion.rule == PROPORTIONAL and value > 1 and not text.endswith("%"):
            raise BadRequest("This is more than all. Write a share as 45/60 or 75 %.")
        return value
    part, whole = number(above), number(below)
    if not whole:
        raise BadRequest("Nothing can be divided by 0.")
    if criterion.rule == PROPORTIONAL and part > whole:
        raise BadRequest("The part is larger than the whole. Write it as 45/60.")
    return part / whole


def is_number(text: str) -> bool:
    """Whether a text is nothing but a number from 0: 12, 0.5, 0,5."""
    return bool(_NUMBER.fullmatch(text.strip()))


def number(text: str) -> Fraction:
    """A number from 0: 12, 0.5, 0,5, 83 %; raises `BadRequest`."""
    text = text.strip()
    per_cent = text.endswith("%")
    digits = text.removesuffix("%").strip()
    if _THOUSANDS.fullmatch(digits) and not digits.startswith("0"):
        raise BadRequest("Write numbers without separators of thousands: 1200, not 1.200.")
    if not _NUMBER.fullmatch(digits):
        raise BadRequest("Write a number, a share as 45/60, or a percentage as 75 %.")
    value = Fraction(digits.replace(",", "."))
    return value / 100 if per_cent else value
