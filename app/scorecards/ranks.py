"""PURE. Ranks of scores with their intervals, so that chance is not sold as order."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import erf, exp, hypot, pi, sqrt

from app.scorecards.points import shown

CERTAINTY = 0.95
NORMAL_95 = 1.96
REACH, STEP = 8.0, 0.05  # of the integral over the normal density, in standard deviations
LARGEST_RANGE = 12.0  # no studentized range of fewer than millions lies above

Value = tuple[float, float | None]  # points and their standard error


@dataclass(frozen=True, slots=True)
class Standing:
    """A unit's points and their standard error; None is "not known"."""

    points: Fraction
    error: float | None


@dataclass(frozen=True, slots=True)
class Rank:
    """The place in the order, and between which places it may as well be."""

    rank: int
    best: int
    worst: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One score less another, with its own standard error and 95 % interval (None: not known)."""

    points: Fraction
    error: float | None

    @property
    def ci(self) -> tuple[float, float] | None:
        """The interval."""
        if self.error is None:
            return None
        reach = NORMAL_95 * self.error
        return float(self.points) - reach, float(self.points) + reach

    @property
    def is_sure(self) -> bool:
        """Whether 0 lies outside of the interval."""
        return self.ci is not None and not self.ci[0] <= 0 <= self.ci[1]


def rank_all(standings: Sequence[Standing]) -> list[Rank]:
    """The ranks of units, in their order: 1 is the most points.

    Equal points, as they are read, share a rank. The interval is [1 + those significantly better,
    k - those significantly worse], by Tukey and Kramer: two differ when |a - b| is above
    q(.95, k, ∞)/√2 · √(SE² + SE²). One whose error is not known differs from nobody.
    """
    factor = studentized_range(len(standings)) / sqrt(2)
    read = [shown(one.points) for one in standings]
    values = [(float(one.points), one.error) for one in standings]
    ranks = []
    for value, points in zip(values, read, strict=True):
        ahead = sum(other > points for other in read)
        apart = [_side(value, other, factor) for other in values]
        best, worst = 1 + apart.count(1), len(standings) - apart.count(-1)
        # By chance of rounding alone a tie may lie outside of its own interval.
        ranks.append(Rank(1 + ahead, min(best, 1 + ahead), max(worst, 1 + ahead)))
    return ranks


def difference(one: Standing, other: Standing) -> Difference:
    """The first less the other, as if drawn independently (`joint.py` asks the interviews)."""
    known = one.error is not None and other.error is not None
    error = hypot(one.error or 0.0, other.error or 0.0) if known else None
    return Difference(one.points - other.points, error)


def _side(one: Value, other: Value, factor: float) -> int:
    """1 when the other is significantly better, -1 when it is worse, else 0."""
    (points, error), (others, others_error) = one, other
    if error is None or others_error is None:
        return 0
    apart = others - points
    if abs(apart) <= factor * hypot(error, others_error):
        return 0
    return 1 if apart > 0 else -1


@lru_cache(maxsize=256)
def studentized_range(k: int, p: float = CERTAINTY) -> float:
    """Value below which the range of k independent normal values lies with probability p."""
    if k < 2:  # noqa: PLR2004 - a range needs two
        return 0.0
    low, high = 0.0, LARGEST_RANGE
    while high - low > 1e-10:  # noqa: PLR2004 - far below what a score is read to
        middle = (low + high) / 2
        low, high = (middle, high) if _range_cdf(middle, k) < p else (low, middle)
    return (low + high) / 2


def _range_cdf(width: float, k: int) -> float:
    """P(range ≤ w) = k ∫ φ(z) (Φ(z) - Φ(z - w))^(k-1) dz, z being the largest value.

    The trapezoid rule is exact to double precision for a density that is smooth and dies away.
    """
    points = (STEP * step for step in range(round(-REACH / STEP), round(REACH / STEP) + 1))
    total = sum(exp(-z * z / 2) * (_phi(z) - _phi(z - width)) ** (k - 1) for z in points)
    return k * total * STEP / sqrt(2 * pi)


def _phi(z: float) -> float:
    return (1 + erf(z / sqrt(2))) / 2
