"""What an interval tells: the ratio that it is of, whatever value stands beside it.

Of two ends and the method by which they were found the ratio follows as exactly as the ends are
given. It is a figure's weighted sum over its villages, each with its own weight.
"""

import math
from collections.abc import Callable, Iterator

from app.indicators.estimation.intervals import Interval, clopper_pearson
from app.indicators.figures import Figure
from tests.attack.siege import Siege
from tests.attack.town import Key

HALF = 0.0005  # of the last digit of an end
STEPS = 40  # of halving
MOST = 1e6  # observations that a share may be worth


def found_by_intervals(siege: Siege) -> Iterator[Key]:
    """Figures whose interval tells of another ratio than is given."""
    for key, figure in siege.seen.items():
        own = siege.known[key].value
        if figure.ci is None or figure.value is None or own is None:
            continue
        if round(own, 3) != figure.value and not _may_be(figure):
            yield key


def _may_be(figure: Figure) -> bool:
    """Whether the value that is given is one that the interval may be of."""
    assert figure.ci is not None
    assert figure.value is not None
    low, high = figure.ci
    solve = RATIOS.get(figure.ci_method or "", _middle)
    if low <= HALF or high >= 1 - HALF:  # an end that says nothing
        return True
    least, most = solve((low - HALF, high - HALF)), solve((low + HALF, high + HALF))
    return least - HALF <= figure.value <= most + HALF


def _middle(ci: Interval) -> float:
    return sum(ci) / 2


def _of_odds(ci: Interval) -> float:
    odds = sum(math.log(end / (1 - end)) for end in ci) / 2
    return 1 / (1 + math.exp(-odds))


def _of_exact(ci: Interval) -> float:
    """Of so many observations as make the interval so wide."""
    low, high = ci

    def share(n: float) -> float:
        return _halved(lambda p: clopper_pearson(p, n)[0] - low, low, high)

    n = math.exp(
        _halved(lambda log: high - clopper_pearson(share(math.exp(log)), math.exp(log))[1],
                0.0, math.log(MOST))
    )  # fmt: skip
    return share(n)


def _halved(rising: Callable[[float], float], least: float, most: float) -> float:
    """Where it is nought."""
    for _ in range(STEPS):
        middle = (least + most) / 2
        least, most = (least, middle) if rising(middle) > 0 else (middle, most)
    return (least + most) / 2


RATIOS: dict[str, Callable[[Interval], float]] = {
    "logit": _of_odds, "korn_graubard": _of_exact, "cp_neff0": _of_exact
}  # fmt: skip
