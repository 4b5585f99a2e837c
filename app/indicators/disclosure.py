"""PURE. Which figures are withheld so that nothing can be learned about a few people.

Primary suppression hides what is about too few; complementary suppression hides more, so that what
is hidden cannot be found again by subtracting what is shown: a commune less its other villages, the
total less the other groups. Which figures add up to which is said by lines.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.indicators.subtraction import (
    Cell,
    Line,
    Solution,
    Sum,
    add,
    opposite,
    rest_of,
    solve,
)

SMALL, COMPLEMENT, FEW_ANSWERS = "small", "complement", "few_answers"
NOT_RELEASED = "not_released"
MARGIN = "margin"  # the figure is shown in whole counts, without its error
POOLED = "pooled"  # the figure is shown; what is withheld inside counts with one weight


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


def _nothing(_: Cell) -> Iterable[Cell]:
    return ()


def suppress(
    counts: Mapping[Cell, Count],
    lines: Sequence[Line],
    threshold: int,
    *,
    hidden_before: Mapping[Cell, str] | None = None,
    shown_before: Collection[Cell] = frozenset(),
    beside: Callable[[Cell], Iterable[Cell]] = _nothing,
) -> dict[Cell, str]:
    """The cells to hide, each with its reason; where one is, those `beside` it are as well.

    Of the cells that would do it takes one that is in most lines with what is hidden already, and
    the smallest of these, line by line in their order. Cells whose counts are the same as at an
    earlier time stay as they were: what was hidden then and is shown now, or the other way round,
    could be subtracted.
    """
    table = _Table(counts, lines, threshold, shown_before, beside)
    before = hidden_before or {}
    for cell in table.in_order(before.keys() & counts.keys()):
        table.hide(cell, before[cell])
    for cell in table.in_order(c for c, count in counts.items() if count.is_small(threshold)):
        table.hide(cell, SMALL)
    table.protect_lines()
    table.protect()
    return table.hidden


class _Table:
    """Cells of some indicators while they are being hidden."""

    def __init__(
        self,
        counts: Mapping[Cell, Count],
        lines: Sequence[Line],
        threshold: int,
        shown_before: Collection[Cell],
        beside: Callable[[Cell], Iterable[Cell]],
    ) -> None:
        self.counts = counts
        self.lines = lines
        self.threshold = threshold
        self.shown_before = shown_before
        self.beside = beside
        self.hidden: dict[Cell, str] = {}
        self.lines_of: dict[Cell, list[int]] = defaultdict(list)  # where in `lines` they are
        # What was hidden and has to be looked at: its lines, and all lines together.
        self.lines_to_do: deque[int] = deque()
        self.cells_to_do: deque[Cell] = deque()
        for number, line in enumerate(lines):
            for cell in line.cells:
                self.lines_of[cell].append(number)

    def in_order(self, cells: Iterable[Cell]) -> list[Cell]:
        """The smallest first, the same ones always in the same order."""
        return sorted(cells, key=lambda cell: (self.counts[cell].n, repr(cell)))

    def hide(self, cell: Cell, reason: str) -> None:
        """Hides a cell, and those beside it."""
        if cell in self.hidden:
            return
        self.hidden[cell] = reason
        self.lines_to_do.extend(self.lines_of[cell])
        self.cells_to_do.append(cell)
        for other in self.beside(cell):
            if other not in self.shown_before:
                is_small = self.counts[other].is_small(self.threshold)
                self.hide(other, SMALL if is_small else COMPLEMENT)

    def protect_lines(self) -> None:
        """Hides more until no line gives anything away by itself."""
        while self.lines_to_do:
            line = self.lines[self.lines_to_do.popleft()]
            while self._gives_away(line) and (free := [c for c in line.cells if self._is_free(c)]):
                self.hide(min(free, key=self._cost), COMPLEMENT)

    def protect(self) -> None:
        """Hides more until all lines together give nothing away that can be helped.

        Part by part of the system: parts that have no hidden cell in common tell nothing of each
        other.
        """
        done: set[Cell] = set()
        while self.cells_to_do:
            cell = self.cells_to_do.popleft()
            while cell not in done:
                cells, lines = self._around(cell)
                if self._hide_more(cells, lines):
                    self.protect_lines()
                else:
                    done |= cells

    def _around(self, cell: Cell) -> tuple[set[Cell], list[Line]]:
        """The hidden cells that a hidden one hangs together with, and the lines between them."""
        cells, numbers = {cell}, dict.fromkeys(self.lines_of[cell])
        waiting = deque(numbers)
        while waiting:
            for near in self.lines[waiting.popleft()].cells:
                if near in self.hidden and near not in cells:
                    cells.add(near)
                    waiting.extend(n for n in self.lines_of[near] if n not in numbers)
                    numbers |= dict.fromkeys(self.lines_of[near])
        return cells, [self.lines[number] for number in numbers]

    def _hide_more(self, cells: Collection[Cell], lines: Iterable[Line]) -> bool:
        """Hides one cell of each sum that gives something away; whether there was one to hide.

        What is hidden or was shown before is in no sum: a sum of nothing is one that cannot be
        helped. Lines of which all is known come first, so that what these give away is no reason to
        hide anything else. A sum that holds what was hidden just now is looked at again.
        """
        free = {cell for line in lines for cell in line.cells if self._is_free(cell)}
        known_first = sorted(lines, key=lambda line: not free.isdisjoint(line.cells))
        sums = list(self._given_away(cells, solve(known_first, self.hidden, free)))
        for shown in sums:
            if shown and self.hidden.keys().isdisjoint(shown):
                self.hide(min(shown, key=self._cost), COMPLEMENT)
        return any(sums)

    def _given_away(self, cells: Iterable[Cell], solution: Solution) -> Iterator[Sum]:
        """The sums of shown cells that are a hidden one, or two that are together few."""
        by_open: dict[frozenset[tuple[Cell, int]], list[tuple[Cell, Sum]]] = defaultdict(list)
        for cell in self.in_order(cells):
            still_open, shown = self._apart(rest_of(cell, solution))
            if not still_open:
                yield shown
                continue
            for other, others in by_open[frozenset(opposite(still_open).items())]:
                if self._together([cell, other]).is_small(self.threshold):
                    yield add(shown, others)
            by_open[frozenset(still_open.items())].append((cell, shown))

    def _apart(self, rest: Sum) -> tuple[Sum, Sum]:
        """What is hidden of a sum, and what is shown."""
        hidden = {cell: times for cell, times in rest.items() if cell in self.hidden}
        return hidden, {cell: times for cell, times in rest.items() if cell not in hidden}

    def _gives_away(self, line: Line) -> bool:
        """What is hidden of a line is one cell, or is together about few people."""
        parts = [cell for cell in line.parts if cell in self.hidden]
        if line.whole in self.hidden:
            return not parts
        return bool(parts) and (len(parts) == 1 or self._together(parts).is_small(self.threshold))

    def _together(self, cells: Iterable[Cell]) -> Count:
        counts = [self.counts[cell] for cell in cells]
        known = [count.yes for count in counts if count.yes is not None]
        return Count(sum(c.n for c in counts), sum(known) if len(known) == len(counts) else None)

    def _is_free(self, cell: Cell) -> bool:
        """Whether it may still be hidden; never an empty one."""
        known = cell in self.hidden or cell in self.shown_before
        return not known and self.counts[cell].n > 0

    def _cost(self, cell: Cell) -> tuple[int, int, str]:
        """In how many lines it would be the first one, which needs another one; and its size."""
        lines = (self.lines[number] for number in self.lines_of[cell])
        first_in = sum(self.hidden.keys().isdisjoint(line.cells) for line in lines)
        return first_in, self.counts[cell].n, repr(cell)
