"""Patterns of regex(): those that phones read in the same way."""

import re
import warnings

from app.xforms.expressions.meaning import Faults
from app.xforms.expressions.tokens import ExpressionError

# In Java's sets, a set within a set is added, and what follows && is cut out; Python may come to
# read these, and doubled signs, as sets of sets in another way.
_SETS_OF_SETS = re.compile(r"(?<!\\)\[(?:\\.|[^\]\\])*?(?:\[|&&|--|~~|\|\|)")
_PROPERTY = re.compile(r"(?<!\\)\\[pP]")


def check_regex(pattern: str, at: int, faults: Faults) -> None:
    """Raises ExpressionError for a pattern that cannot be read; other readings are a fault."""
    if _PROPERTY.search(pattern):
        raise ExpressionError(
            "%(written)s is not known in patterns here: letters are %(letters)s",
            at,
            written=r"\p{…}",
            letters=r"[^\W\d_]",
        )
    is_doubtful = _SETS_OF_SETS.search(pattern) is not None
    if is_doubtful:
        faults.append(
            ExpressionError(
                "within square brackets of a pattern, [ is written %(bracket)s,"
                " and && has no meaning",
                at,
                bracket=r"\[",
            )
        )
    try:
        _read(pattern, is_doubtful=is_doubtful)
    except re.error as error:
        raise ExpressionError(
            "the pattern cannot be read at its character %(place)s", at, place=(error.pos or 0) + 1
        ) from None


def _read(pattern: str, *, is_doubtful: bool) -> None:
    if not is_doubtful:
        re.compile(pattern)
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        re.compile(pattern)
