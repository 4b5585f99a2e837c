"""PURE. Where the error of a figure would tell what is hidden inside it.

A figure's numerator is one sum over its villages, its variance another one, of squares: two
equations about the same few answers, and about those of the village that is hidden beside them.
Where some of these are hidden, the figure is given out in whole counts, without its error, unless
each weighs too little in it to move the last digit that is shown.

All that is hidden counts with one weight in what is given out (`pooling.py`). Where that makes the
value another one, the error is still that of the figure with each village's own weight, which could
be calculated back from it.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import TypeVar

from app.indicators.disclosure import SMALL, Rule
from app.indicators.figures import Figure
from app.indicators.subtraction import Line

C = TypeVar("C", bound=Hashable)

FINE = 1000  # people; below, three digits of a share tell more than the count does
DIGITS = 3  # of a fraction: a tenth of a per cent
LAST_DIGIT = 0.0005  # half of what an error is rounded to


def telling(
    cells: Mapping[C, Figure], lines: Sequence[Line], hidden: Mapping[C, str], rule: Rule
) -> set[C]:
    """The cells that are shown and whose error would tell of a smaller one inside."""
    heaviest = _heaviest(cells, lines, [c for c, why in hidden.items() if why == SMALL])
    within = [line for line in lines if _is_of_places(line, cells)]
    for cell, weight in _heaviest(cells, within, hidden).items():
        heaviest[cell] = max(weight, heaviest.get(cell, 0.0))
    return {
        cell
        for cell, weight in heaviest.items()
        if cell not in hidden
        and cells[cell].ci_method != "census"
        and _shows(cells[cell], weight, rule.round_to)
    }


def moved(
    cells: Mapping[C, Figure], pooled: Mapping[tuple[int, int], tuple[float, float]]
) -> set[C]:
    """The cells whose value is another one with the counts they are given out with.

    These counts are by place and group, numerators and denominators.
    """
    return {
        cell
        for cell, figure in cells.items()
        if figure.domain_id is not None
        and (figure.unit_id, figure.domain_id) in pooled
        and _is_other(figure.value, *pooled[figure.unit_id, figure.domain_id])
    }


def _is_other(value: float | None, numerator: float, denominator: float) -> bool:
    if value is None or not denominator:
        return False
    given = numerator / denominator
    return not math.isclose(given, value) and round(given, DIGITS) != round(value, DIGITS)


def _is_of_places(line: Line, cells: Mapping[C, Figure]) -> bool:
    """Whether it adds up places, and not groups."""
    domain_id = cells[line.whole].domain_id
    return all(cells[part].domain_id == domain_id for part in line.parts)


def _shows(figure: Figure, weight: float, to: int) -> bool:
    """Whether so much of the denominator could move a digit of the value or of its error."""
    size = figure.denominator or 0.0
    if size < FINE * to:
        return True
    share, se = weight / size, figure.se or 0.0
    return math.hypot(se, share) - se > LAST_DIGIT


def _heaviest(
    cells: Mapping[C, Figure], lines: Sequence[Line], hidden: Collection[C]
) -> dict[C, float]:
    """By cell, the largest denominator of one of these cells inside, near or far."""
    around: dict[C, list[C]] = defaultdict(list)
    for line in lines:
        for part in line.parts:
            around[part].append(line.whole)
    found: dict[C, float] = {}
    for cell in hidden:
        weight = cells[cell].denominator or 0.0
        waiting = [*around[cell]]
        while waiting:
            whole = waiting.pop()
            if found.get(whole, -1.0) < weight:
                found[whole] = weight
                waiting += around[whole]
    return found
