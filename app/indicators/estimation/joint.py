"""The variance of a sum of figures that rest on the same interviews.

A figure's part of the sum is linear in what each unit (PSU) scores for it, z = c (y - R x) / X, so
that a unit's scores for all figures are added up, and the variance is that of one total (Woodruff,
A simple method for approximating the variance of a complicated estimate, JASA 66, 1971). Figures of
one stratum may have other n and f: each brings its own √((1 - f) n / (n - 1)) in its scores, so
that alone it has the variance it is read with.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

Form = tuple[int, int]  # the form that asks, and the one it joins (or 0)
Key = tuple[str, Form]  # a stratum, and a form that was asked in it


class Score(NamedTuple):
    """What a unit adds to a line of the sum, with all weights in it."""

    line: int
    stratum: str
    form: Form
    unit: str
    value: float


def variance(scores: Iterable[Score], asked: Mapping[Key, int]) -> float:
    """The variance of the total of all scores.

    `asked` says how many units of a stratum were asked a form; those without a score have 0. Of one
    alone nothing is known of the spread: it is centred at 0 (`adjust`).
    """
    found: dict[str, dict[str, dict[Form, float]]] = defaultdict(lambda: defaultdict(dict))
    for score in scores:
        unit = found[score.stratum][score.unit]
        unit[score.form] = unit.get(score.form, 0.0) + score.value
    return sum(_spread(stratum, units, asked) for stratum, units in found.items())


def _spread(
    stratum: str, units: Mapping[str, Mapping[Form, float]], asked: Mapping[Key, int]
) -> float:
    """Σ d², where d is a unit's distance from the means of the forms that it was asked."""
    totals: dict[Form, float] = defaultdict(float)
    known: dict[Form, int] = defaultdict(int)
    for of_unit in units.values():
        for form, value in of_unit.items():
            totals[form] += value
            known[form] += 1
    counts = {form: max(asked[stratum, form], known[form]) for form in totals}
    means = {form: totals[form] / n if n > 1 else 0.0 for form, n in counts.items()}
    inside = sum(
        sum(value - means[form] for form, value in of_unit.items()) ** 2
        for of_unit in units.values()
    )
    # Whoever of the others was asked the rarer form was asked the more common one as well.
    silent = {form: counts[form] - known[form] for form in totals}
    outside = sum(
        min(silent[one], silent[other]) * means[one] * means[other]
        for one in totals
        for other in totals
    )
    return inside + outside


def covariance(pairs: Mapping[str, tuple[float, float]], both: int, overlap: float) -> float:
    """What two totals have in common, of `both` units of a stratum that are in both samples.

    `pairs` are the scores of those that have any; `overlap` is n12 - n1 n2 / N (Tam 1984).
    """
    if both < 2:  # noqa: PLR2004 - of one there is no spread
        return 0.0
    sums = [sum(pair[side] for pair in pairs.values()) for side in (0, 1)]
    products = sum(one * other for one, other in pairs.values())
    return overlap * (products - sums[0] * sums[1] / both) / (both - 1)
