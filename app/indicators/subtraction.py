"""PURE. What follows of hidden figures from shown ones that add up to them.

The lines are a system of equations. Its solution (Gauss and Jordan, in whole numbers modulo a
prime: exact, and never large) says of each hidden figure what it still hangs on.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

PRIME = 2**61 - 1

Cell = Any  # whatever names a figure and can be a key
Sum = dict[Cell, int]  # cells, each so many times, that are together a known number
Solution = dict[Cell, Sum]  # by hidden cell solved for: a sum with no other one of these in it


@dataclass(frozen=True, slots=True)
class Line:
    """A figure's counts are the sum of those of its parts."""

    whole: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The whole and its parts."""
        return (self.whole, *self.parts)


def solve(lines: Iterable[Line], hidden: Collection[Cell], kept: Collection[Cell] = ()) -> Solution:
    """Solves for the hidden cells, line by line; of the shown ones those `kept` stay in the sums.

    What follows from the first lines alone is said by these: later ones change nothing of it.
    """
    found: Solution = {}
    holding: dict[Cell, set[Cell]] = defaultdict(set)  # by hidden cell, whose sums may hold it
    for line in lines:
        left = _sum(line, hidden, kept)
        for cell in [cell for cell in left if cell in found]:
            _subtract(left, found[cell], left[cell])
        pivot = next((cell for cell in left if cell in hidden), None)
        if pivot is None:
            continue
        inverse = pow(left[pivot], -1, PRIME)
        solved = {cell: value * inverse % PRIME for cell, value in left.items()}
        found[pivot] = solved
        names = {pivot}
        for name in holding.pop(pivot, ()):
            if pivot in (other := found[name]):
                _subtract(other, solved, other[pivot])
                names.add(name)
        for cell in solved:
            if cell in hidden and cell != pivot:
                holding[cell] |= names
    return found


def rest_of(cell: Cell, solution: Solution) -> Sum:
    """What a hidden cell is a known number with; of one that is not solved for, less itself."""
    if cell not in solution:
        return {cell: PRIME - 1}
    return {other: times for other, times in solution[cell].items() if other != cell}


def opposite(one: Mapping[Cell, int]) -> Sum:
    """The sum that is nought with this one."""
    return {cell: PRIME - times for cell, times in one.items()}


def add(one: Mapping[Cell, int], other: Mapping[Cell, int]) -> Sum:
    """Both together."""
    total = dict(one)
    _subtract(total, other, PRIME - 1)
    return total


def _sum(line: Line, hidden: Collection[Cell], kept: Collection[Cell]) -> Sum:
    """Its parts less its whole, which is nought."""
    found = {cell: 1 for cell in line.parts if cell in hidden or cell in kept}
    if line.whole in hidden or line.whole in kept:
        found[line.whole] = PRIME - 1
    return found


def _subtract(left: Sum, other: Mapping[Cell, int], times: int) -> None:
    for cell, value in other.items():
        remains = (left.get(cell, 0) - times * value) % PRIME
        if remains:
            left[cell] = remains
        else:
            left.pop(cell, None)
