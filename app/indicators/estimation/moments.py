"""A unit's figure from its weighted totals Y and X and their covariance matrix.

Both are sums over villages (`app/indicators/reading.py` adds them up), so that the ratio R = Y / X
is applied once, to whatever unit is asked for: V(R) = (V(Y) - 2 R C(Y, X) + R² V(X)) / X².
"""

import math
from dataclasses import dataclass
from functools import lru_cache

from app.indicators.estimation import intervals
from app.indicators.estimation.effects import design_effects, kish
from app.indicators.estimation.intervals import Interval
from app.indicators.estimation.variance import ROUNDING_OF_EXPANDED

SCREEN, PUBLISHED, BARE = "screen", "published", "bare"
MIDDLE = (0.05, 0.95)
SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Moments:
    """Totals of a unit in one domain; each is the sum of the same over its villages."""

    y: float
    x: float
    var_y: float
    cov: float
    var_x: float
    n: int  # elements with an answer: households, members, persons
    psus: int  # households (villages, where those were drawn) with an answer
    df: int
    # Sums of weights and of their squares, and weighted squares of the elements' y and x.
    w: float = 0.0
    ww: float = 0.0
    yy: float = 0.0
    xy: float = 0.0
    xx: float = 0.0

    def variance(self, ratio: float) -> float:
        """Variance of the total of the scores y - ratio · x; 0 where only rounding is left."""
        found = self.var_y - 2 * ratio * self.cov + ratio**2 * self.var_x
        size = self.var_y + 2 * abs(ratio * self.cov) + ratio**2 * self.var_x
        return found if found > ROUNDING_OF_EXPANDED * size else 0.0

    @property
    def is_share(self) -> bool:
        """Of elements worth 0 or 1: whoever is in the numerator is in the denominator too."""
        return abs(self.xy - self.y) <= SAME * self.y

    @property
    def effective(self) -> tuple[float, float]:
        """Elements in the denominator, and the observations that are as good as they.

        A denominator of 0 and 1 leaves elements out, of whom only the weight is known.
        """
        inside = min(self.x / self.w, 1.0) if self.w else 1.0
        n = self.n * inside
        return n, min(self.psus, (kish(self.w, self.ww) or 0.0) * inside, n)


@dataclass(frozen=True, slots=True)
class UnitEstimate:
    """A unit's figure. Without degrees of freedom there is no standard error to be shown: None."""

    value: float
    se: float | None
    df: int
    ci: Interval | None
    ci_method: str
    deff: float | None
    kish: float | None


@lru_cache(maxsize=4096)  # of a province's communes, each with its indicators
def estimate_unit(
    moments: Moments, *, kind: str, complete: bool, use: str = SCREEN
) -> UnitEstimate | None:
    """The estimate of Y / X; None without a denominator.

    `kind` is "prop" (y and x of each element are 0 or 1), "mean" or "ratio"; `complete` says that
    everybody was counted and answered, so that nothing is left to chance; `use` is "screen",
    "published", or "bare": without an interval, which costs thirty times as much as all else.
    """
    if moments.x == 0:
        return None
    ratio = moments.y / moments.x
    variance = 0.0 if complete else moments.variance(ratio) / moments.x**2
    ci, method = _interval(moments, (kind, use), (ratio, variance), complete=complete)
    known = complete or moments.df > 0
    return UnitEstimate(
        ratio,
        math.sqrt(variance) if known else None,
        moments.df,
        ci,
        method,
        _design_effect(moments, ratio, variance) if known else None,
        kish(moments.w, moments.ww),
    )


def _interval(
    moments: Moments, asked: tuple[str, str], found: tuple[float, float], *, complete: bool
) -> tuple[Interval | None, str]:
    """Korn-Graubard for shares that are published or near 0 or 1; otherwise what is usual."""
    (kind, use), (ratio, variance) = asked, found
    if use == BARE and not complete:
        return None, "none"
    if kind == "prop" and not moments.is_share:
        kind = "ratio"
    n, least = moments.effective
    ci, method = intervals.recommended(
        kind, ratio, variance, moments.df, complete=complete, effective=least
    )
    if method == "logit" and (use == PUBLISHED or not MIDDLE[0] < ratio < MIDDLE[1]):
        exact = intervals.korn_graubard(ratio, variance, moments.df, n)
        return exact, "korn_graubard"
    return ci, method


def _design_effect(moments: Moments, ratio: float, variance: float) -> float | None:
    """Variance over that of as many elements drawn with replacement; their scores sum to 0."""
    n = moments.n
    squares = moments.yy - 2 * ratio * moments.xy + ratio**2 * moments.xx
    size = moments.yy + 2 * abs(ratio * moments.xy) + ratio**2 * moments.xx
    if n <= 1 or squares <= ROUNDING_OF_EXPANDED * size:
        return None
    between = n / (n - 1) * squares * moments.w / moments.x**2
    return design_effects(variance, between, n, moments.w)[0]
