"""PURE. Which figures are withheld so that nothing can be learned about a few people.

Primary suppression hides what is about too few; complementary suppression hides more, so that what
is hidden cannot be found again by subtracting what is shown: a commune less its other villages, the
total less the other groups. Which figures add up to which is said by lines.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.indicators.subtraction import PRIME, Cell, Line, Solution, Sum, add, solve

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
    for cell, count in counts.items():
        if count.is_small(threshold):
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
    ) -> None:
        self.counts = counts
        self.lines = lines
        self.threshold = threshold
        self.shown_before = shown_before
        self.hidden: dict[Cell, str] = {}
        self.lines_of: dict[Cell, list[int]] = defaultdict(list)  # where in `lines` they are
        self.waiting: deque[int] = deque()
        for number, line in enumerate(lines):
            for cell in line.cells:
                self.lines_of[cell].append(number)
        by_size = sorted(counts, key=lambda cell: (counts[cell].n, repr(cell)))
        self.rank = {cell: number for number, cell in enumerate(by_size)}

    def hide(self, cell: Cell, reason: str) -> None:
        """Hides a cell; its lines have to be looked at."""
        if cell not in self.hidden:
            self.hidden[cell] = reason
            self.waiting.extend(self.lines_of[cell])

    def protect_lines(self) -> None:
        """Hides more until no line gives anything away by itself."""
        while self.waiting:
            line = self.lines[self.waiting.popleft()]
            while self._tells(line) and (free := [c for c in line.cells if self._is_free(c)]):
                self.hide(min(free, key=self.rank.__getitem__), COMPLEMENT)

    def protect(self) -> None:
        """Hides more until all lines together give nothing away that can be helped.

        Part by part of the system: what hangs together with nothing hidden elsewhere is no matter
        of a province.
        """
        done: set[Cell] = set()
        for cell in [*self.hidden]:
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

        What is hidden or known already is in no sum: a sum of nothing is one that cannot be helped.
        Lines of which all is known come first, so that what they give away is told from the rest.
        """
        free = {cell for line in lines for cell in line.cells if self._is_free(cell)}
        known_first = sorted(lines, key=lambda line: not free.isdisjoint(line.cells))
        sums = list(self._telling(cells, solve(known_first, self.hidden, free)))
        for telling in sums:
            if telling and self.hidden.keys().isdisjoint(telling):
                self.hide(min(telling, key=self.rank.__getitem__), COMPLEMENT)
        return any(sums)

    def _telling(self, cells: Collection[Cell], solution: Solution) -> Iterator[Sum]:
        """The sums of shown cells that are a hidden one, or two that are together few."""
        by_open: dict[frozenset[tuple[Cell, int]], list[Cell]] = defaultdict(list)
        for cell in sorted(cells, key=self.rank.__getitem__):
            if not (still_open := self._open(cell, solution)):
                yield self._shown(cell, solution)
                continue
            opposite = frozenset((near, PRIME - value) for near, value in still_open.items())
            for other in by_open[opposite]:
                if self._together([cell, other]).is_small(self.threshold):
                    yield add([self._shown(cell, solution), self._shown(other, solution)])
            by_open[frozenset(still_open.items())].append(cell)

    def _open(self, cell: Cell, solution: Solution) -> Sum:
        """What hidden ones a hidden cell hangs on; together with it they are a known number."""
        if cell not in solution:
            return {cell: PRIME - 1}
        return {
            near: value
            for near, value in solution[cell].items()
            if near in self.hidden and near != cell
        }

    def _shown(self, cell: Cell, solution: Solution) -> Sum:
        found = solution.get(cell, {})
        return {near: value for near, value in found.items() if near not in self.hidden}

    def _tells(self, line: Line) -> bool:
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
