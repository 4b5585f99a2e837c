"""Decides which figures of a release are withheld, over all places and groups at once."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from app.accounts.actors import OPERATOR
from app.clock import today
from app.db import columns, driver
from app.indicators.disclosure import FEW_ANSWERS, Cell, Count, Line, Rule, suppress
from app.indicators.figures import Figure
from app.indicators.places import places_of
from app.indicators.queries import read_figures
from app.indicators.sum_models import Release
from app.projects.queries import get_project
from app.rounds.models import Round

LEVELS = ("province", "commune", "village")
PARENTS = """
select unit_id, ancestor_id from org_unit_ancestors
where unit_id = any(%s) and ancestor_id = any(%s) and distance > 0 and valid_to is null
"""
KEPT = """
select unit_id, domain_id, reason from hidden_figures where release_id = %s
"""


def hide(
    made: Release, before: Release | None, round_: Round, rule: Rule, taken: Iterable[int]
) -> None:
    """Stores what the release withholds; what has not changed since the last one stays so."""
    levels = [_figures(made, round_, level) for level in LEVELS]
    parents = [_parents(below, above) for above, below in pairwise(levels)]
    changed = _changed_units(set(taken), parents)
    hidden: dict[tuple[int, int], str] = {}
    kept: dict[tuple[int, int], str] = {}
    if before is not None:
        kept = {(u, d): reason for u, d, reason in driver().execute(KEPT, (before.id,))}
    by_indicator: dict[str, list[Figure]] = defaultdict(list)
    for figure in (figure for figures in levels for figure in figures if figure.domain_id):
        by_indicator[figure.indicator].append(figure)
    for code, figures in by_indicator.items():
        cells = {_cell(figure): figure for figure in figures}
        counts = {cell: _count(f, protect_yes=code in rule.sensitive) for cell, f in cells.items()}
        unchanged = {c for c in cells if before is not None and c[0] not in changed}
        was = {cell: kept.get((cell[0], cells[cell].domain_id or 0)) for cell in unchanged}
        found = suppress(
            counts,
            list(_lines(cells, parents)),
            rule.threshold,
            hidden_before={c: r for c, r in was.items() if r and r != FEW_ANSWERS},
            shown_before={c for c, r in was.items() if not r},
        )
        for cell, figure in cells.items():
            reason = found.get(cell) or (FEW_ANSWERS if _says_little(figure, rule) else None)
            if reason:
                hidden[figure.unit_id, figure.domain_id or 0] = reason
    _store(made, hidden)


def _figures(made: Release, round_: Round, level: str) -> list[Figure]:
    project = get_project(round_.project_id)
    if project.org_unit_id is None:
        return []
    places = places_of(OPERATOR, round_.project_id, project.org_unit_id, level, today())
    return read_figures(places, round_, None, None, release=made, day=today())


def _cell(figure: Figure) -> tuple[int, str, str]:
    return (figure.unit_id, figure.breakdown, figure.breakdown_value)


def _count(figure: Figure, *, protect_yes: bool) -> Count:
    """Rows behind a figure; of sensitive shares, those that say yes as well."""
    n = figure.n or 0
    is_share = figure.value is not None and 0 <= figure.value <= 1
    return Count(n, n * (figure.value or 0.0) if protect_yes and is_share else None)


def _says_little(figure: Figure, rule: Rule) -> bool:
    """A sample, or an unfinished count, of too few answers (or worth no more than so few)."""
    if figure.ci_method == "census" or not figure.n:
        return False
    effective = figure.n / figure.deff if figure.deff and figure.deff > 1 else figure.n
    return min(figure.n, effective) < rule.smallest_n


def _parents(below: Sequence[Figure], above: Sequence[Figure]) -> dict[int, int]:
    asked = [sorted({figure.unit_id for figure in figures}) for figures in (below, above)]
    return dict(driver().execute(PARENTS, asked).fetchall())


def _changed_units(villages: set[int], parents: Sequence[Mapping[int, int]]) -> set[int]:
    changed, level = set(villages), villages
    for above in reversed(parents):
        level = {above[unit] for unit in level if unit in above}
        changed |= level
    return changed


def _lines(
    cells: Mapping[tuple[int, str, str], Figure], parents: Sequence[Mapping[int, int]]
) -> Iterator[Line]:
    """A place is the sum of the places in it, the whole of a place that of each breakdown."""
    inside: dict[Cell, list[Cell]] = defaultdict(list)
    groups: dict[tuple[int, str], list[Cell]] = defaultdict(list)
    around = {unit: parent for level in parents for unit, parent in level.items()}
    for cell in cells:
        unit, breakdown, value = cell
        if unit in around:
            inside[around[unit], breakdown, value].append(cell)
        if breakdown:
            groups[unit, breakdown].append(cell)
    for whole, parts in inside.items():
        if whole in cells:
            yield Line(whole, tuple(parts))
    for (unit, _), parts in groups.items():
        if (unit, "", "") in cells:
            yield Line((unit, "", ""), tuple(parts))


def _store(made: Release, hidden: Mapping[tuple[int, int], str]) -> None:
    if hidden:
        rows = [(made.id, unit, domain, reason) for (unit, domain), reason in hidden.items()]
        driver().execute(
            "insert into hidden_figures (release_id, unit_id, domain_id, reason)"
            " select * from unnest(%s::int[], %s::int[], %s::int[], %s::text[])",
            columns(rows),
        )
