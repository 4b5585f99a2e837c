"""Which figures are hidden with others, since they would tell what these say."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from app.db import driver
from app.indicators.earlier import Cell
from app.indicators.figures import Figure
from app.indicators.kin import Asking, groups_of, twins_of, wholes_of

GROUPS = """
select i.code, d.breakdown, d.value, d.id from indicator_domains d
join indicator_versions i on i.id = d.indicator_id
where i.id = any(%s) and i.code = any(%s) and d.breakdown <> ''
order by d.id
"""

Groups = Mapping[tuple[str, str], Mapping[str, int]]  # by code and breakdown: domains by value
Breakdowns = Iterable[tuple[str, str]]  # codes and names


def hidden_with(
    family: Sequence[Asking], cells: Mapping[Cell, Figure]
) -> Callable[[Cell], Iterator[Cell]]:
    """Says of a figure which ones of its family are hidden where it is."""
    twins, wholes, telling = twins_of(family), wholes_of(family), _groups_that_tell(family, cells)
    parts: dict[tuple[str, int, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        parts[cell.indicator, cell.unit, cell.breakdown].append(cell)

    def near(cell: Cell) -> Iterator[Cell]:
        group = cell.indicator, cell.breakdown
        others = [cell._replace(indicator=code) for code in sorted(twins[cell.indicator])]
        others += [Cell(code, cell.unit, "", "") for code in sorted(wholes.get(group, ()))]
        yield from (other for other in others if other in cells)
        for code, name in telling(cell):
            yield from parts[code, cell.unit, name]

    return near


def of_nobody(
    family: Sequence[Asking], cells: Mapping[Cell, Figure], known: Groups
) -> dict[Cell, Figure]:
    """Groups that there are elsewhere, that nobody of a place is in, and that tell of others.

    No figure is shown of them, which says as much as a nought.
    """
    twins, telling = twins_of(family), _groups_that_tell(family, cells)

    def near(cell: Cell) -> Iterator[Cell]:
        if cell.breakdown:
            yield from (cell._replace(indicator=code) for code in sorted(twins[cell.indicator]))
        for code, name in telling(cell):
            for value in known.get((code, name), ()):
                yield Cell(code, cell.unit, name, value)

    found: dict[Cell, Figure] = {}
    for other in (other for cell in cells for other in near(cell) if other not in cells):
        whole = cells.get(other._replace(breakdown="", value=""))
        domain_id = known.get((other.indicator, other.breakdown), {}).get(other.value)
        if whole is not None and domain_id is not None:
            found[other] = _empty(whole, other, domain_id)
    return found


def _groups_that_tell(
    family: Sequence[Asking], cells: Mapping[Cell, Figure]
) -> Callable[[Cell], Breakdowns]:
    """Says of a place's figure the breakdowns whose groups tell of it.

    Of a place of nobody all its groups do, where another one of the family counts somebody: else
    nothing is hidden there.
    """
    groups, counting = groups_of(family), {cell.unit for cell, figure in cells.items() if figure.n}
    own = {one.code: {(one.code, name) for name, _ in one.groups} for one in family}

    def telling(cell: Cell) -> Breakdowns:
        if cell.breakdown:
            return ()
        is_of_nobody = not cells[cell].n and cell.unit in counting
        found = groups[cell.indicator] | (own[cell.indicator] if is_of_nobody else set())
        return sorted(found)

    return telling


def groups_in(versions: Sequence[int], codes: Sequence[str]) -> Groups:
    """The groups that there are anywhere, of some indicators among these versions."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for code, breakdown, value, domain_id in driver().execute(GROUPS, (versions, list(codes))):
        found[code, breakdown][value] = domain_id
    return found


def _empty(whole: Figure, cell: Cell, domain_id: int) -> Figure:
    return replace(
        whole,
        domain_id=domain_id,
        breakdown=cell.breakdown,
        breakdown_value=cell.value,
        numerator=None,
        denominator=None,
        n=0,
        value=None,
        se=None,
        deff=None,
    )
