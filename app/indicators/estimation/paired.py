"""PURE. The change of a ratio among households that were asked twice, with its own error.

R1 - R0 with R = Y / X over the same households; its linearized score of household i is

    z = (y1 - R1 x1) / X1 - (y0 - R0 x0) / X0,

and villages are strata: V = Σ n/(n - 1) Σ (z - mean)², as if from many households (f = 0). What the
two times have in common is in the scores, so no covariance is left out. A household alone in its
village counts with z².
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from app.indicators.estimation.distributions import t_quantile

CERTAINTY = 0.975  # both sides of an interval at 95 %


@dataclass(frozen=True, slots=True)
class Pair:
    """What a household of a village adds to Y and X, the first time and the last."""

    village_id: int
    y0: float
    x0: float
    y1: float
    x1: float


@dataclass(frozen=True, slots=True)
class PairedChange:
    """The ratio before and after, and the difference; no error without degrees of freedom."""

    households: int
    before: float
    after: float
    se: float | None
    df: int
    ci: tuple[float, float] | None

    @property
    def difference(self) -> float:
        """After less before."""
        return self.after - self.before


def paired_change(pairs: Iterable[Pair]) -> PairedChange | None:
    """None where there is no denominator at one of the times."""
    known = list(pairs)
    x0, x1 = sum(p.x0 for p in known), sum(p.x1 for p in known)
    if not x0 or not x1:
        return None
    before, after = sum(p.y0 for p in known) / x0, sum(p.y1 for p in known) / x1
    scores: dict[int, list[float]] = defaultdict(list)
    for p in known:
        z = (p.y1 - after * p.x1) / x1 - (p.y0 - before * p.x0) / x0
        scores[p.village_id].append(z)
    df = len(known) - len(scores)
    if df < 1:
        return PairedChange(len(known), before, after, None, df, None)
    se = math.sqrt(sum(_variance(own) for own in scores.values()))
    half = t_quantile(CERTAINTY, df) * se
    change = after - before
    return PairedChange(len(known), before, after, se, df, (change - half, change + half))


def _variance(scores: list[float]) -> float:
    n = len(scores)
    if n == 1:
        return scores[0] ** 2
    mean = sum(scores) / n
    return n / (n - 1) * sum((z - mean) ** 2 for z in scores)
