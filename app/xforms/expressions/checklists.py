"""checklist() and weighted-checklist(): how many of several conditions hold."""

from collections.abc import Sequence
from functools import reduce
from math import inf
from typing import Any

from app.xforms.expressions.coercion import as_operand, as_truth
from app.xforms.expressions.functions import check_count
from app.xforms.expressions.meaning import Faults, Kind, Meaning, Run
from app.xforms.expressions.rows import Row
from app.xforms.expressions.strict import constant
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import BLANK, Missing, worst


def checklist(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """Whether at least `min` and at most `max` of the conditions hold; -1 is no limit."""
    check_count("checklist", at, len(parts), 3, None)
    conditions = [as_truth(part, faults) for part in parts[2:]]
    return _checked(at, parts, [(run, constant(1.0)) for run in conditions], faults)


def weighted_checklist(at: int, parts: Sequence[Meaning], faults: Faults) -> Meaning:
    """The same of the sum of the weights that stand behind the conditions that hold."""
    check_count("weighted-checklist", at, len(parts), 4, None)
    if len(parts) % 2:
        raise ExpressionError("weighted-checklist() takes a weight behind each condition", at)
    pairs = [
        (as_truth(condition, faults), as_operand(weight, faults))
        for condition, weight in zip(parts[2::2], parts[3::2], strict=True)
    ]
    return _checked(at, parts, pairs, faults)


def _checked(
    at: int, parts: Sequence[Meaning], pairs: Sequence[tuple[Run, Run]], faults: Faults
) -> Meaning:
    """Decided as soon as the conditions nobody knows of cannot change it."""
    least, most = (as_operand(part, faults) for part in parts[:2])

    def value(row: Row) -> Any:
        low, high = least(row), most(row)
        weights = [weight(row) for _, weight in pairs]
        unknown = [item for item in (low, high, *weights) if item.__class__ is Missing]
        if unknown:
            return reduce(worst, unknown)
        holds = [run(row) for run, _ in pairs]
        known = list(zip(holds, weights, strict=True))
        sure = sum(weight for held, weight in known if held is True)
        open_ = [weight for held, weight in known if held.__class__ is Missing]
        below = sure + sum(weight for weight in open_ if weight < 0)
        above = sure + sum(weight for weight in open_ if weight > 0)
        bottom, top = (low if low >= 0 else -inf), (high if high >= 0 else inf)
        if bottom <= below and above <= top:
            return True
        if above < bottom or below > top or not open_:
            return False
        return reduce(worst, (held for held in holds if held.__class__ is Missing), BLANK)

    return Meaning(Kind.TRUTH, value, at)
