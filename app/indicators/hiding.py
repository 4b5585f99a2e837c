"""Decides which figures of a release are withheld, over all places and groups at once."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from app.clock import local_date
from app.db import columns, db, driver
from app.indicators.disclosure import (
    COMPLEMENT,
    FEW_ANSWERS,
    MARGIN,
    POOLED,
    Count,
    Rule,
    suppress,
)
from app.indicators.earlier import Cell, Name, Told, told_before
from app.indicators.figures import Figure
from app.indicators.frozen_places import States, ended_in, naming, parents_of, states_of
from app.indicators.hand_in_hand import groups_in, hidden_with, of_nobody
from app.indicators.in_force import find_indicators
from app.indicators.kin import Asking, families, nested_pairs
from app.indicators.kinds import asking_of_version, overlapping_of_version
from app.indicators.margins import moved, telling
from app.indicators.models import IndicatorVersion
from app.indicators.overlaps import Several, beside, complements, is_complement, lines_of
from app.indicators.pooling import outwards, pools_of, spread
from app.indicators.queries import read_figures
from app.indicators.release_models import Release
from app.indicators.release_queries import rule_from
from app.indicators.released_figures import LEVELS, besides, figures_of, released_places
from app.indicators.subtraction import Line
from app.rounds.models import Round
from app.samples.queries import is_sampled

Cells = Mapping[Cell, Figure]


def families_of(made: Release) -> list[list[str]]:
    """The codes of a release's indicators, in groups about which it is decided together."""
    everybody = [asking for _, asking in _versions(made).values()]
    return [[one.code for one in family] for family in families(everybody)]


def hide(made: Release, round_: Round, codes: Sequence[str]) -> None:
    """Stores what it withholds of a family, so that all releases together tell of nobody."""
    rule = rule_from(made.rule)
    around = parents_of(made)
    known: dict[str, dict[Cell, Figure]] = defaultdict(dict)
    for figure in (figure for figure in figures_of(made, round_, codes) if figure.domain_id):
        known[figure.indicator][_cell(figure)] = figure
    told, states = _known(made.id)
    versions = _versions(made)
    family = [versions[code][1] for code in codes]
    several = {code: overlapping_of_version(versions[code][0]) for code in codes}
    cells = {cell: figure for code in codes for cell, figure in known[code].items()}
    cells |= besides(cells, around)
    cells |= of_nobody(family, cells, groups_in(made.indicators, codes))
    cells |= complements(cells, several)
    names = {cell: (cell, naming(states, versions[cell.indicator][0], cell.unit)) for cell in cells}
    lines = list(_lines(cells, around, several))
    found = _hidden(family, cells, lines, rule, told, names)
    pooled = _pooled(made, round_, cells, found, around)
    margins = telling(cells, lines, found, rule) | moved(cells, pooled)
    rows = []
    for cell, figure in cells.items():
        if figure.domain_id is None:  # a complement, which nobody is shown
            continue
        at = figure.unit_id, figure.domain_id
        reason = found.get(cell) or (FEW_ANSWERS if _says_little(figure, rule) else None)
        reason = reason or (MARGIN if cell in margins else POOLED if at in pooled else None)
        if reason:
            rows.append((made.id, *at, reason, *pooled.get(at, (None, None))))
    _store(rows)


def _pooled(
    made: Release, round_: Round, cells: Cells, hidden: Collection[Cell], around: Mapping[int, int]
) -> dict[tuple[int, int], tuple[float, float]]:
    """Counts of places by group, as they are where the villages that are hidden count as one.

    Weights that are fitted to known totals are each interview's own, and stay.
    """
    ended = {unit for _, unit in ended_in(made)}
    pools = sorted({*pools_of(cells, hidden, around, ended)})
    inside = {
        (unit, pool.domain_id)
        for pool in pools
        for unit in (pool.place_id, *outwards(pool.place_id, around))
    }
    wanted = {
        (figure.unit_id, figure.domain_id)
        for cell, figure in cells.items()
        if cell not in hidden and figure.ci_method != "census"
    } & inside
    if not wanted:
        return {}
    units, codes = {unit for unit, _ in wanted}, sorted({cell.indicator for cell in cells})
    _, domains = find_indicators(round_.project_id, codes, None, made)
    tables = spread(made, pools, domains, sampled=is_sampled(round_.id))
    figures: list[Figure] = []
    for level in LEVELS:  # a village by itself has other weights in a sample of villages
        places = [place for place in released_places(made, round_, level) if place.id in units]
        figures += read_figures(
            places, round_, codes, None,
            release=made, day=local_date(made.released_at), error=False, tables=tables,
        )  # fmt: skip
    return {
        (figure.unit_id, figure.domain_id): (figure.numerator, figure.denominator)
        for figure in figures
        if (figure.unit_id, figure.domain_id) in wanted
        and figure.domain_id is not None
        and figure.numerator is not None
        and figure.denominator is not None
        and not figure.is_calibrated
    }


@lru_cache(maxsize=1)
def _known(release_id: int) -> tuple[Told, States]:
    """What was told before a release, and its states; neither changes while it is being made."""
    made = db.session.get_one(Release, release_id)
    states = states_of(made)
    return told_before(made, rule_from(made.rule), states), states


def forget() -> None:
    """Lets go of what was known of a release that is no longer being made: of a province much."""
    _known.cache_clear()


def _versions(made: Release) -> dict[str, tuple[int, Asking]]:
    """By code, the release's indicators about people or households.

    Figures about villages themselves (signal, a group that exists) tell about nobody.
    """
    statement = select(IndicatorVersion).where(
        IndicatorVersion.id.in_(made.indicators), IndicatorVersion.unit != "village"
    )
    return {
        version.code: (version.id, asking_of_version(version.id))
        for version in db.session.scalars(statement.order_by(IndicatorVersion.code))
    }


def _hidden(  # noqa: PLR0917 - what is known now and before, of one family
    family: Sequence[Asking],
    cells: Cells,
    lines: Sequence[Line],
    rule: Rule,
    told: Told,
    names: Mapping[Cell, Name],
) -> dict[Cell, str]:
    """The cells to hide; where one of the family is hidden, so is what tells of it."""
    counts = {
        cell: _count(f, protect_yes=cell.indicator in rule.sensitive) for cell, f in cells.items()
    }
    past = told.about({one.code for one in family})
    sizes = past.counts | {names[cell]: count for cell, count in counts.items()}
    all_lines = [*past.lines, *(_named(line, names) for line in lines)]
    for name, line, count in _between(family, counts, rule.threshold):
        sizes[name] = count
        all_lines.append(Line(names[line.whole], (*(names[part] for part in line.parts), name)))
    earlier: set[Name] = set()
    for line, count in past.between(names.values()):
        known, few = line.parts
        sizes[few] = count
        earlier.add(known)
        all_lines.append(line)
    hidden = past.hidden | _complements_hidden(names, past.hidden)
    silent = _complements_hidden(names, past.silent)
    shown = (past.shown(set(names.values())) | earlier) - hidden.keys() - silent.keys()
    near, now = hidden_with(family, cells), {name: cell for cell, name in names.items()}
    found = suppress(
        sizes, all_lines, rule.threshold, hidden_before=hidden, shown_before=shown,
        beside=lambda name: (names[cell] for cell in (near(now[name]) if name in now else ())),
    )  # fmt: skip
    return {cell: found[name] for cell, name in names.items() if name in found}


def _complements_hidden(names: Mapping[Cell, Name], untold: Collection[Name]) -> dict[Name, str]:
    """The complements that were not known, since the whole or the group was not."""
    return {
        (cell, state): COMPLEMENT
        for cell, state in names.values()
        if is_complement(cell) and any((near, state) in untold for near in beside(cell))
    }


def _named(line: Line, names: Mapping[Cell, Name]) -> Line:
    return Line(names[line.whole], tuple(names[part] for part in line.parts))


def _between(
    family: Sequence[Asking], counts: Mapping[Cell, Count], threshold: int
) -> Iterator[tuple[Name, Line, Count]]:
    """The few people that are in one of two nested figures, and the line that would tell of them.

    They are in no figure of their own, so that they are hidden already.
    """
    for one, other in nested_pairs(family):
        for cell, count in counts.items():
            facing = cell._replace(indicator=other)
            if cell.indicator != one or facing not in counts:
                continue
            whole, part = (cell, facing) if count.n > counts[facing].n else (facing, cell)
            rest = Count(counts[whole].n - counts[part].n)
            if rest.is_small(threshold):
                yield (cell, f"between {one} and {other}"), Line(whole, (part,)), rest


def _cell(figure: Figure) -> Cell:
    return Cell(figure.indicator, figure.unit_id, figure.breakdown, figure.breakdown_value)


def _count(figure: Figure, *, protect_yes: bool) -> Count:
    """Rows behind a figure; of sensitive shares, those that say yes as well."""
    n = figure.n or 0
    is_share = not n or (figure.value is not None and 0 <= figure.value <= 1)
    return Count(n, n * (figure.value or 0.0) if protect_yes and is_share else None)


def _says_little(figure: Figure, rule: Rule) -> bool:
    """A sample, or an unfinished count, of too few answers (or worth no more than so few)."""
    if figure.ci_method == "census" or not figure.n:
        return False
    effective = figure.n / figure.deff if figure.deff and figure.deff > 1 else figure.n
    return min(figure.n, effective) < rule.smallest_n


def _lines(cells: Cells, around: Mapping[int, int], several: Several) -> Iterator[Line]:
    """A place is the sum of the places in it, the whole of a place that of each breakdown."""
    inside: dict[Cell, list[Cell]] = defaultdict(list)
    groups: dict[tuple[Cell, str], list[Cell]] = defaultdict(list)
    for cell in cells:
        if cell.unit in around:
            inside[cell._replace(unit=around[cell.unit])].append(cell)
        if cell.breakdown and cell.breakdown not in several[cell.indicator]:
            groups[cell._replace(breakdown="", value=""), cell.breakdown].append(cell)
    for whole, parts in inside.items():
        if whole in cells:
            yield Line(whole, tuple(parts))
    for (whole, _), parts in groups.items():
        if whole in cells:
            yield Line(whole, tuple(parts))
    yield from lines_of(cells, several)


def _store(rows: Sequence[Sequence[Any]]) -> None:
    if rows:
        driver().execute(
            "insert into hidden_figures"
            " (release_id, unit_id, domain_id, reason, numerator, denominator)"
            " select * from unnest"
            " (%s::int[], %s::int[], %s::int[], %s::text[], %s::float8[], %s::float8[])",
            columns(rows),
        )
