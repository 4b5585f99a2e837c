"""The difference of two estimates with its own standard error and interval."""

import math
from dataclasses import dataclass

from app.indicators.estimation.distributions import t_quantile
from app.indicators.estimation.intervals import UPPER, Interval


@dataclass(frozen=True, slots=True)
class Estimated:
    """A value (fraction, mean or ratio), its standard error and degrees of freedom.

    No standard error: not known. None degrees of freedom with one: nothing was left to chance.
    """

    value: float
    se: float | None
    df: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """One value less another, in the unit of both; without an error where one of them has none."""

    value: float
    se: float | None = None
    df: float | None = None
    ci: Interval | None = None

    @property
    def is_sure(self) -> bool:
        """The interval does not hold 0: the sign is not a matter of chance (at 95 %)."""
        return self.ci is not None and (self.ci[0] > 0 or self.ci[1] < 0)


def difference(one: Estimated, other: Estimated, covariance: float = 0.0) -> Difference:
    """One - other, with V = V(one) + V(other) - 2 · covariance and a t interval at 95 %.

    Samples drawn independently have covariance 0; where the same units were asked for both it is
    positive as a rule. Degrees of freedom are Welch and Satterthwaite's, (V1 + V2)² / Σ V² / df,
    and the smaller ones when the two are not independent.
    """
    value = one.value - other.value
    if one.se is None or other.se is None:
        return Difference(value)
    parts = [(e.se**2, e.df or math.inf) for e in (one, other) if e.se]
    total = sum(variance for variance, _ in parts)
    variance = total - 2 * covariance
    if variance <= 1e-12 * total or not parts:
        return Difference(value, 0.0, None, (value, value))
    df = min(df for _, df in parts)
    if not covariance:
        df = total**2 / sum(v**2 / df for v, df in parts)
    se = math.sqrt(variance)
    half = t_quantile(UPPER, df) * se
    return Difference(value, se, df, (value - half, value + half))
