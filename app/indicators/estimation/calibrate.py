"""Weights fitted to known totals: post-stratification and raking, and what they explain.

Post-stratification is raking to a single margin, so one procedure serves both.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.indicators.estimation.linear import Factor, decompose, solve
from app.indicators.estimation.plan import Adjustment, DataFault
from app.indicators.estimation.rows import Row

CONVERGED = 1e-13
ROUNDED = 1e-11  # of sums over millions of rows no more can be said
ROUNDS = 10_000
LOOK = 100  # rounds; in so many the margins move by a tenth less, or they never settle
AGREES = 1e-9

Cell = tuple[str, tuple[str, ...]]  # margin and the values in it


@dataclass(frozen=True, slots=True)
class Calibration:
    """Fitted weights, and the cells (one of each margin) that explain part of any score."""

    weights: list[float]
    cells_of: list[tuple[int, ...]]  # row -> its cells
    base: Sequence[float]
    cell_units: list[dict[int, float]]  # cell -> unit -> sum of fitted weights
    factor: Factor
    cell_weights: Sequence[float]  # sums of base weights

    def fit(self, scores: Mapping[int, float]) -> list[float]:
        """Coefficients of the cells, by least squares weighted with the base weights.

        `scores` are those of the rows of a domain; all other rows of the sample score 0.
        """
        sides = [0.0] * len(self.factor)
        for row, score in scores.items():
            for cell in self.cells_of[row]:
                sides[cell] += self.base[row] * score
        return solve(self.factor, sides)

    def largest(self, sizes: Mapping[int, float]) -> float:
        """The largest mean of the rows of a cell: of this size are coefficients, or their parts.

        One of 0 comes out as the rounding of them.
        """
        sums = [0.0] * len(self.factor)
        for row, size in sizes.items():
            for cell in self.cells_of[row]:
                sums[cell] += self.base[row] * size
        return max(part / whole for part, whole in zip(sums, self.cell_weights, strict=True))


def calibrate(
    adjustment: Adjustment,
    totals: Sequence[Row],
    rows: Sequence[Row],
    base: Sequence[float],
    unit_of: Sequence[int],
) -> Calibration:
    """Fit the weights of a sample; raises DataFault where totals and sample do not meet."""
    known = _totals(adjustment, totals)
    numbers = {cell: number for number, cell in enumerate(known)}
    cells_of = [_cells(row, adjustment, numbers) for row in rows]
    _check_filled(known, cells_of)
    goals = [total for total, _ in known.values()]
    weights = _rake(list(base), cells_of, goals, len(_margins(adjustment)))
    cell_units: list[dict[int, float]] = [defaultdict(float) for _ in known]
    crossed = [[0.0] * len(known) for _ in known]
    for row, cells in enumerate(cells_of):
        for cell in cells:
            cell_units[cell][unit_of[row]] += weights[row]
            for other in cells:
                crossed[cell][other] += base[row]
    in_cells = [crossed[cell][cell] for cell in range(len(known))]
    return Calibration(weights, cells_of, base, cell_units, decompose(crossed), in_cells)


def totals_columns(adjustment: Adjustment) -> set[str]:
    """Columns the file of totals must have."""
    own = {"margin", "level"} if adjustment.kind == "rake" else set(adjustment.columns)
    return own | {"N"}


def _margins(adjustment: Adjustment) -> dict[str, tuple[str, ...]]:
    """Columns of each margin; post-strata are one margin of several columns."""
    if adjustment.kind == "rake":
        return {column: (column,) for column in adjustment.columns}
    return {"": adjustment.columns}


def _totals(adjustment: Adjustment, totals: Sequence[Row]) -> dict[Cell, tuple[float, Row]]:
    known: dict[Cell, tuple[float, Row]] = {}
    for row in totals:
        margin, level = "", tuple(row.cells.get(column, "") for column in adjustment.columns)
        if adjustment.kind == "rake":
            margin, level = row.cells["margin"], (row.cells["level"],)
            if margin not in adjustment.columns:
                continue
        if (margin, level) in known:
            raise row.problem("is there twice")
        number = row.number_in("N")
        if number is None or number < 0:
            raise row.problem("must be 0 or more", "N")
        if number > 0:
            known[margin, level] = (number, row)
    _check_margins(adjustment, known)
    return known


def _check_margins(adjustment: Adjustment, known: Mapping[Cell, tuple[float, Row]]) -> None:
    sums = {
        margin: sum(total for (name, _), (total, _) in known.items() if name == margin)
        for margin in _margins(adjustment)
    }
    for margin, total in sums.items():
        if not total:
            raise DataFault(f"has no totals of {margin or 'any cell'}", source="totals")
    if max(sums.values()) > min(sums.values()) * (1 + AGREES):
        told = ", ".join(f"{margin} {total:.15g}" for margin, total in sums.items())
        raise DataFault(f"the margins do not add up to the same: {told}", source="totals")


def _cells(row: Row, adjustment: Adjustment, numbers: Mapping[Cell, int]) -> tuple[int, ...]:
    found = []
    for margin, columns in _margins(adjustment).items():
        cell = (margin, tuple(row.cells[column] for column in columns))
        if cell not in numbers:
            named = ", ".join(value or "(blank)" for value in cell[1])
            raise row.problem(f"no total is known for {named}", " × ".join(columns))
        found.append(numbers[cell])
    return tuple(found)


def _check_filled(
    known: Mapping[Cell, tuple[float, Row]], cells_of: Sequence[tuple[int, ...]]
) -> None:
    filled = {cell for cells in cells_of for cell in cells}
    for number, ((_, level), (_, row)) in enumerate(known.items()):
        if number not in filled:
            message = f"nobody in the sample is {', '.join(level)}; merge it with another"
            raise row.problem(message)


def _rake(
    weights: list[float],
    cells_of: Sequence[tuple[int, ...]],
    goals: Sequence[float],
    margins: int,
) -> list[float]:
    """Iterative proportional fitting: each margin in turn, until none moves any more."""
    moved = before = math.inf
    for turn in range(1, ROUNDS + 1):
        moved = 0.0
        for margin in range(margins):
            sums = [0.0] * len(goals)
            for weight, cells in zip(weights, cells_of, strict=True):
                sums[cells[margin]] += weight
            factors = [goal / s if s else 1.0 for goal, s in zip(goals, sums, strict=True)]
            weights = [w * factors[c[margin]] for w, c in zip(weights, cells_of, strict=True)]
            moved = max(moved, *(abs(factor - 1) for factor in factors))
        if margins == 1 or moved <= CONVERGED:
            return weights
        if turn % LOOK == 0:
            if moved > 0.9 * before:
                break
            before = moved
    if moved <= ROUNDED:
        return weights
    raise DataFault("raking does not settle: the margins contradict each other", source="totals")
