"""PURE. Which figures are withheld so that nothing can be learned about a few people.

Primary suppression hides what is about too few; complementary suppression hides more, so that what
is hidden cannot be found again by subtracting what is shown: a commune less its other villages, the
total less the other groups. Which figures add up to which is said by lines.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SMALL, COMPLEMENT, FEW_ANSWERS = "small", "complement", "few_answers"
NOT_RELEASED = "not_released"
MARGIN = "margin"  # the figure is shown in whole counts, without its error
POOLED = "pooled"  # the figure is shown; what is withheld inside counts with one weight
PRIME = 2**61 - 1  # elimination in whole numbers modulo a prime: exact, and never large

Cell = Any  # whatever names a figure and can be a key


@dataclass(frozen=True, slots=True)
class Rule:
    """What a province withholds. Counts are of people or households that were asked."""

    threshold: int = 5  # fewer than so many behind a figure are never shown
    smallest_n: int = 30  # of a sample: a figure from fewer answers says too little
    round_to: int = 1  # numerators and denominators are shown as multiples of this
    sensitive: frozenset[str] = frozenset()  # codes whose numerator and rest are protected too
    final_coverage: float = 0.9  # share of households to be counted before figures may be final
    legal_note: str = ""


@dataclass(frozen=True, slots=True)
class Count:
    """Who is behind a figure: rows with an answer, and of a share those that say yes."""

    n: int
    yes: float | None = None  # None: not protected

    def is_small(self, threshold: int) -> bool:
        """Whether it is about few, though not about nobody."""
        sizes = [self.n] if self.yes is None else [self.n, self.yes, self.n - self.yes]
        return self.n > 0 and min(sizes) < threshold


@dataclass(frozen=True, slots=True)
class Line:
    """A figure's counts are the sum of those of its parts."""

    whole: Cell
    parts: tuple[Cell, ...]

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The whole and its parts."""
        return (self.whole, *self.parts)


def suppress(
    counts: Mapping[Cell, Count],
    lines: Sequence[Line],
    threshold: int,
    *,
    hidden_before: Mapping[Cell, str] | None = None,
    shown_before: Collection[Cell] = frozenset(),
) -> dict[Cell, str]:
    """The cells to hide, each with its reason.

    Cells whose counts are the same as at an earlier time stay as they were: what was hidden then
    and is shown now, or the other way round, could be subtracted.
    """
    table = _Table(counts, lines, threshold, shown_before)
    for cell, reason in (hidden_before or {}).items():
        if cell in counts:
            table.hide(cell, reason)
    lost = table.leaks(_solve(table.hidden, _told(lines, table.hidden, shown_before)))
    for cell, count in counts.items():
        if count.is_small(threshold):
            table.hide(cell, SMALL)
    table.protect()
    while leaks := table.leaks(_solve(table.hidden, lines)) - lost:
        if not any(table.hide_beside(cell) for cell in sorted(leaks, key=repr)):
            break  # whatever could be hidden is
        table.protect()
    return table.hidden


def _told(lines: Iterable[Line], hidden: Collection[Cell], shown: Collection[Cell]) -> list[Line]:
    """The lines of which all was decided at an earlier time: what they give away is known."""
    return [line for line in lines if all(cell in hidden or cell in shown for cell in line.cells)]


class _Table:
    """Cells of one indicator while they are being hidden."""

    def __init__(
        self,
        counts: Mapping[Cell, Count],
        lines: Sequence[Line],
        threshold: int,
        shown_before: Collection[Cell],
    ) -> None:
        self.counts = counts
        self.lines = lines
        self.threshold = threshold
        self.shown_before = shown_before
        self.hidden: dict[Cell, str] = {}
        self.lines_of: dict[Cell, list[Line]] = defaultdict(list)
        self.waiting: deque[Line] = deque()
        for line in lines:
            for cell in line.cells:
                self.lines_of[cell].append(line)

    def hide(self, cell: Cell, reason: str) -> None:
        """Hides a cell; its lines have to be looked at."""
        if cell not in self.hidden:
            self.hidden[cell] = reason
            self.waiting.extend(self.lines_of[cell])

    def protect(self) -> None:
        """Hides more until no line gives anything away by itself."""
        while self.waiting:
            line = self.waiting.popleft()
            while self._leaks(line) and (cell := self._candidate(line)) is not None:
                self.hide(cell, COMPLEMENT)

    def hide_beside(self, cell: Cell) -> bool:
        """Hides one more cell in a line of this one, else somewhere; whether there was any."""
        near = self._smallest(self.lines_of[cell])
        another = near if near is not None else self._smallest(self.lines)
        if another is not None:
            self.hide(another, COMPLEMENT)
        return another is not None

    def leaks(self, solution: "Solution") -> set[Cell]:
        """Hidden cells that follow from what is shown, alone or as two that are together few."""
        found = determined_by(solution)
        by_rest: dict[Any, list[Cell]] = defaultdict(list)
        for cell, rest in self._rests(solution):
            by_rest[frozenset(rest.items())].append(cell)
        for cell, rest in self._rests(solution):
            opposite = frozenset((key, PRIME - value) for key, value in rest.items())
            others = [other for other in by_rest.get(opposite, ()) if other != cell]
            if any(self._together([cell, other]).is_small(self.threshold) for other in others):
                found.add(cell)
        return found

    def _rests(self, solution: "Solution") -> Iterator[tuple[Cell, dict[Cell, int]]]:
        """What of each hidden cell stays open once the system is solved."""
        for cell in self.hidden:
            row = solution.get(cell, {})
            rest = {key: -value % PRIME for key, value in row.items() if key != cell}
            yield cell, rest if row else {cell: 1}

    def _smallest(self, lines: Iterable[Line]) -> Cell | None:
        found = (self._candidate(line) for line in lines)
        return min((cell for cell in found if cell is not None), key=self._cost, default=None)

    def _leaks(self, line: Line) -> bool:
        """What is hidden of a line is one cell, or is together about few people."""
        parts = [cell for cell in line.parts if cell in self.hidden]
        if line.whole in self.hidden:
            return not parts
        return bool(parts) and (len(parts) == 1 or self._together(parts).is_small(self.threshold))

    def _together(self, cells: Iterable[Cell]) -> Count:
        counts = [self.counts[cell] for cell in cells]
        known = [count.yes for count in counts if count.yes is not None]
        return Count(sum(c.n for c in counts), sum(known) if len(known) == len(counts) else None)

    def _candidate(self, line: Line) -> Cell | None:
        """The smallest cell of a line that may still be hidden; never an empty one."""
        free = [
            cell
            for cell in line.cells
            if cell not in self.hidden and cell not in self.shown_before and self.counts[cell].n > 0
        ]
        return min(free, key=self._cost, default=None)

    def _cost(self, cell: Cell) -> tuple[Any, ...]:
        return (self.counts[cell].n, repr(cell))


Solution = dict[Cell, dict[Cell, int]]  # solved for some cells: what each hangs on, and itself


def determined(hidden: Collection[Cell], lines: Iterable[Line]) -> set[Cell]:
    """Hidden cells that follow from what is shown, each by itself."""
    return determined_by(_solve(hidden, lines))


def determined_by(solution: Solution) -> set[Cell]:
    """The cells that hang on nothing but what is shown."""
    return {cell for cell, row in solution.items() if len(row) == 1}


def _solve(hidden: Collection[Cell], lines: Iterable[Line]) -> Solution:
    """Solves the system that the lines make of the hidden cells (Gauss and Jordan)."""
    pivots: Solution = {}
    for row in filter(None, (_equation(line, hidden) for line in lines)):
        _reduce(row, pivots)
        if not row:
            continue
        pivot = min(row, key=repr)
        inverse = pow(row[pivot], -1, PRIME)
        scaled = {cell: value * inverse % PRIME for cell, value in row.items()}
        for other in pivots.values():
            if pivot in other:
                _subtract(other, scaled, other[pivot])
        pivots[pivot] = scaled
    return pivots


def _equation(line: Line, hidden: Collection[Cell]) -> dict[Cell, int]:
    """Its hidden cells with their signs; what is shown of it stands on the other side."""
    row = {cell: 1 for cell in line.parts if cell in hidden}
    if line.whole in hidden:
        row[line.whole] = PRIME - 1
    return row


def _reduce(row: dict[Cell, int], pivots: Mapping[Cell, dict[Cell, int]]) -> None:
    for cell in [cell for cell in row if cell in pivots]:
        if cell in row:
            _subtract(row, pivots[cell], row[cell])


def _subtract(row: dict[Cell, int], other: Mapping[Cell, int], times: int) -> None:
    for cell, value in other.items():
        left = (row.get(cell, 0) - times * value) % PRIME
        if left:
            row[cell] = left
        else:
            row.pop(cell, None)
