"""Symmetric linear equations that may leave some unknowns open (margins sum to the same)."""

import math
from collections.abc import Sequence

Matrix = list[list[float]]
DEPENDENT = 1e-10


def decompose(matrix: Matrix) -> Matrix:
    """Cholesky's factor L of a positive semi-definite matrix; dependent rows become zero."""
    size = len(matrix)
    factor = [[0.0] * size for _ in range(size)]
    for i in range(size):
        for j in range(i):
            if factor[j][j]:
                inner = sum(factor[i][k] * factor[j][k] for k in range(j))
                factor[i][j] = (matrix[i][j] - inner) / factor[j][j]
        rest = matrix[i][i] - sum(value * value for value in factor[i][:i])
        if rest > DEPENDENT * matrix[i][i]:
            factor[i][i] = math.sqrt(rest)
        else:
            factor[i] = [0.0] * size
    return factor


def solve(factor: Matrix, sides: Sequence[float]) -> list[float]:
    """A solution of L Lᵀ b = sides, with 0 for each open unknown."""
    size = len(factor)
    half, found = [0.0] * size, [0.0] * size
    for i in range(size):
        if factor[i][i]:
            inner = sum(factor[i][k] * half[k] for k in range(i))
            half[i] = (sides[i] - inner) / factor[i][i]
    for i in reversed(range(size)):
        if factor[i][i]:
            inner = sum(factor[k][i] * found[k] for k in range(i + 1, size))
            found[i] = (half[i] - inner) / factor[i][i]
    return found
