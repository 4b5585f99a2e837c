"""Patterns of regex(): those that phones read in the same way."""

import re

from app.xforms.expressions.tokens import ExpressionError

# In Java's sets, a set within a set is added, and what follows && is cut out.
_SETS_OF_SETS = re.compile(r"(?<!\\)\[(?:\\.|[^\]\\])*?(?:\[|&&)")
_PROPERTY = re.compile(r"(?<!\\)\\[pP]")


def check_regex(pattern: str, at: int) -> None:
    """Raises ExpressionError for a pattern that cannot be read, or is read otherwise by phones."""
    if _PROPERTY.search(pattern):
        raise ExpressionError(
            "%(written)s is not known in patterns here: letters are %(letters)s",
            at,
            written=r"\p{…}",
            letters=r"[^\W\d_]",
        )
    if _SETS_OF_SETS.search(pattern):
        raise ExpressionError(
            "within square brackets of a pattern, [ is written %(bracket)s, and && has no meaning",
            at,
            bracket=r"\[",
        )
    try:
        re.compile(pattern)
    except re.error as error:
        raise ExpressionError(
            "the pattern cannot be read at its character %(place)s", at, place=(error.pos or 0) + 1
        ) from None
