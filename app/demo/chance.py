"""PURE. Chance that is the same every time: each invented thing has its own numbers."""

import random
from math import exp


def numbers_of(*parts: object) -> random.Random:
    """The random numbers of one thing, named by its parts; independent of everything else's."""
    return random.Random("/".join(map(str, parts)))  # noqa: S311 - an invented house, no secret


def happens(rng: random.Random, share: float) -> bool:
    """Whether something happens that happens to this share of all."""
    return rng.random() < share


def logistic(score: float) -> float:
    """The share that goes with a score: 0 is a half, far below nobody, far above everybody."""
    return 1 / (1 + exp(-score))
