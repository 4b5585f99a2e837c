"""How much a design costs: design effects, and Kish's effective sample size."""

import math
from collections.abc import Iterable

from app.indicators.estimation.elements import Element
from app.indicators.estimation.variance import ROUNDING_OF_CENTRED


def kish(sum_of_weights: float, sum_of_squares: float) -> float | None:
    """Observations of equal weight that would be as precise, as far as weights go."""
    return sum_of_weights**2 / sum_of_squares if sum_of_squares else None


def element_variance(elements: list[Element], ratio: float, scale: float) -> float | None:
    """Variance between observations of (y - ratio · x) · scale; None for fewer than two."""
    n = len(elements)
    if n <= 1:
        return None
    weights = math.fsum(e.weight for e in elements)
    scores = [(e.weight, (e.y - ratio * e.x) * scale) for e in elements]
    mean = math.fsum(weight * score for weight, score in scores) / weights
    squares = sum(weight * (score - mean) ** 2 for weight, score in scores)
    size = sum(e.weight * ((e.size + abs(ratio * e.x)) * scale) ** 2 for e in elements)
    return n / (n - 1) * squares / weights if squares > ROUNDING_OF_CENTRED * size else 0.0


def design_effects(
    variance: float, between: float | None, n: int, population: float
) -> tuple[float | None, float | None]:
    """Variance over that of a simple random sample of n: with and without replacement."""
    if not between:
        return None, None
    effect = variance / (between / n)
    if population <= n * (1 + 1e-12):
        return effect, None
    return effect, effect * population / (population - n)


def total_weight(elements: Iterable[Element]) -> tuple[float, float]:
    """Sum of the weights, and of their squares."""
    weights = [element.weight for element in elements]
    return math.fsum(weights), math.fsum(weight * weight for weight in weights)
