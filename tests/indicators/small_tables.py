"""Villages by groups with their totals, and what follows from their sums in exact arithmetic."""

from fractions import Fraction
from itertools import combinations

from hypothesis import strategies as st

from app.indicators.disclosure import Count
from app.indicators.subtraction import Line, solve

sizes = st.integers(2, 4).flatmap(
    lambda columns: st.lists(
        st.lists(
            st.sampled_from([0, 1, 2, 3, 4, 6, 9, 15, 40]), min_size=columns, max_size=columns
        ),
        min_size=2,
        max_size=3,
    )
)


def determined(hidden, lines):
    """The hidden cells that follow from what is shown, each by itself."""
    return {cell for cell, left in solve(lines, hidden).items() if len(left) == 1}


def table(sizes):
    """Villages by groups with their totals: (row, column), "r" and "c" totals, and the whole."""
    rows, columns = len(sizes), len(sizes[0])
    counts = {(r, c): sizes[r][c] for r in range(rows) for c in range(columns)}
    lines = []
    for r in range(rows):
        counts[r, "sum"] = sum(sizes[r])
        lines.append(Line((r, "sum"), tuple((r, c) for c in range(columns))))
    for c in range(columns):
        counts["sum", c] = sum(sizes[r][c] for r in range(rows))
        lines.append(Line(("sum", c), tuple((r, c) for r in range(rows))))
    counts["sum", "sum"] = sum(map(sum, sizes))
    lines.append(Line(("sum", "sum"), tuple((r, "sum") for r in range(rows))))
    lines.append(Line(("sum", "sum"), tuple(("sum", c) for c in range(columns))))
    return {cell: Count(n) for cell, n in counts.items()}, lines


def rank(rows):
    """Rank of a matrix in exact arithmetic, not as the product computes it."""
    rows = [[Fraction(value) for value in row] for row in rows]
    found = 0
    for column in range(len(rows[0]) if rows else 0):
        pivot = next((r for r in range(found, len(rows)) if rows[r][column]), None)
        if pivot is None:
            continue
        rows[found], rows[pivot] = rows[pivot], rows[found]
        for r in range(len(rows)):
            if r != found and rows[r][column]:
                times = rows[r][column] / rows[found][column]
                rows[r] = [a - times * b for a, b in zip(rows[r], rows[found], strict=True)]
        found += 1
    return found


def learned(hidden, lines, most):
    """Every group of at most so many hidden cells whose sum follows from what is shown."""
    cells = sorted(hidden, key=repr)
    equations = [[(cell in line.parts) - (cell == line.whole) for cell in cells] for line in lines]
    known = rank(equations)
    for size in range(1, most + 1):
        for group in combinations(cells, size):
            row = [int(cell in group) for cell in cells]
            if rank([*equations, row]) == known:
                yield group
