"""Groups that overlap, of a question with several choices, and what they tell about each other.

They do not add up to the whole of a place. But whoever sees the whole and one group can subtract:
each group is held against its own complement, all who did not choose it, as if that were a figure
too. Where nobody in a place chose two, its groups are the parts of the whole after all.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from app.indicators.earlier import Cell
from app.indicators.figures import Figure
from app.indicators.subtraction import Line

OTHERS = "\x1f"  # before the value of a group: those who are not in it; no value has this sign

Several = Mapping[str, Collection[str]]  # by indicator, the breakdowns whose groups overlap


def complements(cells: Mapping[Cell, Figure], several: Several) -> dict[Cell, Figure]:
    """By place and group, the figure of those who are not in it; it has no domain of its own."""
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for cell in cells:
        if cell.breakdown in several[cell.indicator]:
            values[cell.indicator, cell.breakdown].add(cell.value)
    return {
        group._replace(value=OTHERS + group.value): without(figure, cells.get(group))
        for whole, figure in cells.items()
        if not whole.breakdown
        for name in several[whole.indicator]
        for group in (
            whole._replace(breakdown=name, value=v) for v in values[whole.indicator, name]
        )
    }


def is_complement(cell: Cell) -> bool:
    """Whether it is nobody's figure, and yet known to who knows `beside` it."""
    return cell.value.startswith(OTHERS)


def beside(cell: Cell) -> tuple[Cell, Cell]:
    """The whole and the group that a complement is the difference of."""
    group = cell._replace(value=cell.value.removeprefix(OTHERS))
    return cell._replace(breakdown="", value=""), group


def lines_of(cells: Mapping[Cell, Figure], several: Several) -> Iterator[Line]:
    """What adds up: a group and its complement, and groups of which nobody is in two."""
    groups: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if is_complement(cell):
            whole, group = beside(cell)
            yield Line(whole, (group, cell) if group in cells else (cell,))
        elif cell.breakdown in several[cell.indicator]:
            groups[cell._replace(breakdown="", value=""), cell.breakdown].append(cell)
    for (whole, _), parts in groups.items():
        if whole in cells and sum(cells[part].n or 0 for part in parts) == cells[whole].n:
            yield Line(whole, tuple(parts))


def without(whole: Figure, group: Figure | None) -> Figure:
    """What is left of a figure's counts without those of a part of it; it has no domain."""
    y, x, n = (
        (getattr(whole, name) or 0) - ((getattr(group, name) or 0) if group else 0)
        for name in ("numerator", "denominator", "n")
    )
    value = y / x if x else None
    if value is not None and whole.value is not None and 0 <= whole.value <= 1:
        value = min(max(value, 0.0), 1.0)  # what is left of equal sums is rounding
    return replace(whole, domain_id=None, numerator=y, denominator=x, n=n, value=value)
