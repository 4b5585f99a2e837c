"""Observations with an answer, and what a ratio leaves of their numerators."""

import math
from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Of a difference of two numbers the last three of sixteen digits say nothing.
LAST_DIGITS = 1e-3


class Element(NamedTuple):
    """One observation: its weight, numerator and denominator.

    `minuend` is the size of the numbers that y is a difference of, 0 for an answer as it was given.
    """

    weight: float
    y: float
    x: float
    minuend: float = 0.0

    @property
    def size(self) -> float:
        """What rounding of y is to be measured by."""
        return abs(self.y) + LAST_DIGITS * self.minuend


def total_of(elements: Iterable[Element]) -> tuple[float, float]:
    """Weighted totals of numerator and denominator, exact to the last digit."""
    known = list(elements)
    return math.fsum(e.weight * e.y for e in known), math.fsum(e.weight * e.x for e in known)


def residuals(elements: Mapping[int, Element], ratio: float) -> dict[int, Element]:
    """Elements with y - ratio · x in place of y.

    Taken before it is weighted and added up, so that a mean of 1e9 with a spread of 1 keeps nine
    digits of the spread.
    """
    return {
        row: Element(e.weight, e.y - ratio * e.x, e.x, abs(e.y) + abs(ratio * e.x))
        for row, e in elements.items()
    }
