"""Variance by linearisation: how far the scores of sampled units spread, stage by stage."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.indicators.estimation.design import Sample, Stage

# A spread below this share of the squares it is made of is rounding, and is taken for 0. Squares
# that are subtracted from one another lose twelve digits sooner than centred ones twenty-four.
ROUNDING_OF_CENTRED = 1e-24
ROUNDING_OF_EXPANDED = 1e-12


class Score(NamedTuple):
    """The linearised total of a unit, and the size of the numbers it is a difference of."""

    value: float
    size: float


def variance(sample: Sample, scores: Mapping[int, Score], lonely: str) -> float:
    """Variance of the total of scores, given for each unit that has one.

    Two stages follow the recursion V = Σ V_h + Σ f_h Σ V_hi; a unit without a score counts as 0.
    """
    units: dict[int, list[Score]] = defaultdict(list)
    for unit, score in scores.items():
        units[sample.psu_of[unit]].append(score)
    psus: dict[int, list[Score]] = defaultdict(list)
    for psu, parts in units.items():
        psus[sample.stratum_of[psu]].append(parts[0] if len(parts) == 1 else _total(parts))
    found = sum(spread(parts, sample.strata[h], lonely) for h, parts in psus.items())
    if sample.two_stage:
        for psu, parts in units.items():
            fraction = sample.strata[sample.stratum_of[psu]].fraction
            if fraction > 0:
                found += fraction * spread(parts, sample.psus[psu], lonely)
    return found


def _total(parts: Sequence[Score]) -> Score:
    return Score(sum(part.value for part in parts), sum(part.size for part in parts))


def spread(scores: Sequence[Score], stage: Stage, lonely: str) -> float:
    """(1 - f) n / (n - 1) Σ (z - mean)², over the n units drawn in one place.

    A lonely unit (n = 1, f < 1) adds nothing under `remove`, and (1 - f) z² under `adjust`.
    """
    n, fraction = stage.sampled, stage.fraction
    if stage.is_complete or (n == 1 and lonely == "remove"):
        return 0.0
    mean = sum(score.value for score in scores) / n if n > 1 else 0.0
    squares = sum((score.value - mean) ** 2 for score in scores) + (n - len(scores)) * mean**2
    if squares <= ROUNDING_OF_CENTRED * sum(score.size**2 for score in scores):
        return 0.0
    return (1 - fraction) * (n / (n - 1) if n > 1 else 1.0) * squares
