"""Figures of any unit from the additive sums of its villages, without going back to answers.

The design is that of the programme's rounds: each village (or stratum inside it) is a stratum,
each household a PSU. Sums do not contain the village's factor N̂ / n, so that a village does not
count for more because it was visited first; it is applied here.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.indicators.estimation import intervals
from app.indicators.estimation.effects import design_effects, kish
from app.indicators.estimation.intervals import Interval
from app.indicators.estimation.variance import ROUNDING_OF_EXPANDED, Sums, spread_of_sums

SCREEN, PUBLISHED = "screen", "published"
MIDDLE = (0.05, 0.95)


@dataclass(frozen=True, slots=True)
class Village:
    """One village and stratum: its households, and the sums of one indicator in one domain.

    Of the m households with an answer the totals Y, X, their squares and products; of their n
    elements (the household itself, its members, its one adult) the weights, and weighted squares.
    A counted village without anybody in the domain has zeros, and belongs in the list.
    """

    expected: float  # households there should be (N̂)
    counted: int  # interviews that count (n of the base)
    m: int = 0
    y: float = 0.0
    x: float = 0.0
    yy: float = 0.0
    xy: float = 0.0
    xx: float = 0.0
    n: int = 0
    w: float = 0.0
    ww: float = 0.0
    element_yy: float = 0.0
    element_xy: float = 0.0
    element_xx: float = 0.0
    missing: int = 0  # eligible elements without an answer

    @property
    def factor(self) -> float:
        """How many households each counted one stands for."""
        return max(self.expected / self.counted, 1.0)

    @property
    def fraction(self) -> float:
        """Share of what should be there that is counted with an answer."""
        eligible = self.n + self.missing
        return (self.n / eligible if eligible else 1.0) / self.factor

    def spread(self, ratio: float, fraction: float, lonely: str) -> float:
        """What the village adds to the variance of the unit's total of scores."""
        sums = Sums(self.y, self.x, self.yy, self.xy, self.xx)
        return self.factor**2 * spread_of_sums(sums, ratio, self.counted, fraction, lonely)


@dataclass(frozen=True, slots=True)
class UnitEstimate:
    """A unit's figure. Without degrees of freedom there is no standard error to be shown: None."""

    value: float
    numerator: float
    denominator: float
    n: int
    se: float | None
    df: int
    ci: Interval | None
    ci_method: str
    deff: float | None
    kish: float | None


def from_sums(
    villages: Iterable[Village],
    *,
    kind: str,
    census: bool,
    use: str = SCREEN,
    lonely: str = "adjust",
) -> UnitEstimate | None:
    """Estimate of a unit from all its villages; None without a denominator.

    `census` rounds visit every household: f = n / N̂ in each village, and where that is 1 nothing
    is left to chance. One adult chosen per household is a sample even then (`census` false:
    f = 0). `use` is "screen" or "published"; `kind` is "prop", "mean" or "ratio". Villages
    where nobody is counted are left out of everything but the claim to be complete.
    """
    everything = list(villages)
    there = [village for village in everything if village.counted > 0]
    numerator = sum(village.factor * village.y for village in there)
    denominator = sum(village.factor * village.x for village in there)
    if denominator == 0:
        return None
    ratio = numerator / denominator
    drawn = [(village, village.fraction if census else 0.0) for village in there]
    variance = sum(v.spread(ratio, f, lonely) for v, f in drawn) / denominator**2
    # A village counted completely says nothing about chance elsewhere.
    df = sum(village.m - 1 for village, fraction in drawn if village.m and fraction < 1)
    whole = all(village.counted > 0 or village.expected <= 0 for village in everything)
    complete = whole and all(fraction >= 1 for _, fraction in drawn)
    ci, method = _interval(there, (kind, use), (ratio, variance, df), complete=complete)
    known = complete or df > 0
    return UnitEstimate(
        ratio,
        numerator,
        denominator,
        sum(village.n for village in there),
        math.sqrt(variance) if known else None,
        df,
        ci,
        method,
        _design_effect(there, ratio, denominator, variance) if known else None,
        _kish(there),
    )


def bounds(villages: Iterable[Village]) -> Interval | None:
    """A share of households if everybody without an answer said no, and if everybody said yes."""
    known = list(villages)
    everybody = sum(max(village.expected, village.x) for village in known)
    yes = sum(village.y for village in known)
    silent = sum(max(village.expected - village.x, 0.0) for village in known)
    return (yes / everybody, (yes + silent) / everybody) if everybody > 0 else None


def _interval(
    villages: Sequence[Village],
    asked: tuple[str, str],
    found: tuple[float, float, int],
    *,
    complete: bool,
) -> tuple[Interval | None, str]:
    """Korn-Graubard for shares that are published or near 0 or 1; otherwise what is usual."""
    (kind, use), (ratio, variance, df) = asked, found
    n = sum(village.n for village in villages)
    least = min(sum(village.m for village in villages), _kish(villages) or 0.0, n)
    ci, method = intervals.recommended(
        kind, ratio, variance, df, complete=complete, effective=least
    )
    if method == "logit" and (use == PUBLISHED or not MIDDLE[0] < ratio < MIDDLE[1]):
        return intervals.korn_graubard(ratio, variance, df, n), "korn_graubard"
    return ci, method


def _kish(villages: Sequence[Village]) -> float | None:
    return kish(
        sum(village.factor * village.w for village in villages),
        sum(village.factor**2 * village.ww for village in villages),
    )


def _design_effect(
    villages: Sequence[Village], ratio: float, denominator: float, variance: float
) -> float | None:
    """Variance over that of as many elements drawn with replacement; their scores sum to 0."""
    n = sum(village.n for village in villages)
    weights = sum(village.factor * village.w for village in villages)
    yy = sum(village.factor * village.element_yy for village in villages)
    xy = sum(village.factor * village.element_xy for village in villages)
    xx = sum(village.factor * village.element_xx for village in villages)
    squares = yy - 2 * ratio * xy + ratio**2 * xx
    size = yy + 2 * abs(ratio * xy) + ratio**2 * xx
    if n <= 1 or squares <= ROUNDING_OF_EXPANDED * size:
        return None
    between = n / (n - 1) * squares * weights / denominator**2
    return design_effects(variance, between, n, weights)[0]
