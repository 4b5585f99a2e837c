"""Symmetric linear equations that may leave some unknowns open (margins sum to the same)."""

import math
from collections.abc import Sequence
from operator import mul

Matrix = list[list[float]]
# Rows of L from their first value that is not 0 to the diagonal: nothing ever comes up left of it,
# so that a thousand cells without a row in common cost no more than their diagonal.
Factor = list[tuple[int, list[float]]]
DEPENDENT = 1e-10


def decompose(matrix: Matrix) -> Factor:
    """Cholesky's factor L of a positive semi-definite matrix; dependent rows become zero."""
    factor: Factor = []
    for i, given in enumerate(matrix):
        first = next((j for j in range(i) if given[j]), i)
        row: list[float] = []
        for j in range(first, i):
            begin, other = factor[j]
            both = max(first, begin)
            inner = sum(map(mul, row[both - first :], other[both - begin : -1]))
            row.append((given[j] - inner) / other[-1] if other[-1] else 0.0)
        rest = given[i] - sum(map(mul, row, row))
        if rest > DEPENDENT * given[i]:
            factor.append((first, [*row, math.sqrt(rest)]))
        else:
            factor.append((i, [0.0]))
    return factor


def solve(factor: Factor, sides: Sequence[float]) -> list[float]:
    """A solution of L Lᵀ b = sides, with 0 for each open unknown."""
    found: list[float] = []
    for (first, row), side in zip(factor, sides, strict=True):
        inner = sum(map(mul, row, found[first:]))
        found.append((side - inner) / row[-1] if row[-1] else 0.0)
    for i in reversed(range(len(factor))):
        first, row = factor[i]
        if row[-1]:
            found[i] /= row[-1]
            for k, value in enumerate(row[:-1], first):
                found[k] -= value * found[i]
    return found
