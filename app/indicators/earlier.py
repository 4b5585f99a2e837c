"""What the earlier releases of a round told: all of it stays known, whatever a later one hides.

A figure is named by what it is of and by its state, the villages it is put together from, each as
of a release: with the same state it is the same number in every release, known or hidden.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.clock import local_date
from app.db import driver
from app.indicators.disclosure import FEW_ANSWERS, MARGIN, POOLED, Count, Line
from app.indicators.kinds import overlapping_of_version
from app.indicators.release_queries import list_releases
from app.indicators.sum_models import Release

STATES = """
select a.ancestor_id, md5(string_agg(distinct b.village_id || '.' || b.since, ','))
from released_bases b
join org_unit_ancestors a on a.unit_id = b.village_id
     and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
where b.round_id = %(round)s and b.since <= %(version)s and b.until > %(version)s
group by a.ancestor_id
"""
HIDDEN = """
select i.code, h.unit_id, d.breakdown, d.value, d.indicator_id, h.reason,
       coalesce(sum(s.n), 0)::int, coalesce(sum(s.y), 0), p.ancestor_id
from hidden_figures h
join indicator_domains d on d.id = h.domain_id
join indicator_versions i on i.id = d.indicator_id
join org_unit_ancestors a on a.ancestor_id = h.unit_id
     and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
left join released_sums s on s.village_id = a.unit_id and s.domain_id = h.domain_id
     and s.round_id = %(round)s and s.since <= %(version)s and s.until > %(version)s
left join org_unit_ancestors p on p.unit_id = h.unit_id and p.distance = 1
     and p.valid_from <= %(on)s and (p.valid_to is null or p.valid_to >= %(on)s)
where h.release_id = %(release)s
group by i.code, h.unit_id, d.breakdown, d.value, d.indicator_id, h.reason, p.ancestor_id
"""


class Cell(NamedTuple):
    """Names a figure of a release."""

    indicator: str
    unit: int
    breakdown: str
    value: str


Name = tuple[Cell, str]  # with its state: the same in all releases in which it is the same number


@dataclass(slots=True)
class Told:
    """What was known, and what was hidden, in the earlier releases."""

    lines: list[Line] = field(default_factory=list)
    counts: dict[Name, Count] = field(default_factory=dict)  # of what was hidden
    hidden: dict[Name, str] = field(default_factory=dict)
    silent: set[Name] = field(default_factory=set)  # not given out, and yet no secret
    states: set[tuple[int, str]] = field(
        default_factory=set
    )  # units and states that were given out

    def about(self, codes: Collection[str]) -> "Told":
        """The same of some indicators."""
        return Told(
            [line for line in self.lines if line.whole[0].indicator in codes],
            {name: count for name, count in self.counts.items() if name[0].indicator in codes},
            {name: reason for name, reason in self.hidden.items() if name[0].indicator in codes},
            self.silent,
            self.states,
        )

    def shown(self, names: Collection[Name]) -> set[Name]:
        """Those of these figures, and of the totals of what was hidden, that are known."""
        known = {name for name in names if (name[0].unit, name[1]) in self.states} - self.silent
        gone = {line.whole for line in self.lines} - set(names)
        return (known | gone) - self.hidden.keys()


def naming(states: Mapping[int, str], version: int, unit: int) -> str:
    """The state of a unit's figure of an indicator's version."""
    return f"{version}:{states.get(unit, '')}"


def states_of(made: Release) -> dict[int, str]:
    """By unit, the state of its villages in a release."""
    return dict(driver().execute(STATES, _asked(made)).fetchall())


def told_before(made: Release, sensitive: frozenset[str]) -> Told:
    """What the releases before this one told."""
    told = Told()
    for release in list_releases(made.round_id):
        if release.version < made.version:
            states = states_of(release)
            told.states |= {
                (unit, naming(states, version, unit))
                for version in release.indicators
                for unit in states
            }
            _read(told, driver().execute(HIDDEN, _asked(release)).fetchall(), states, sensitive)
    return told


def _read(
    told: Told, rows: Sequence[Sequence[Any]], states: Mapping[int, str], sensitive: frozenset[str]
) -> None:
    hidden: dict[Name, int | None] = {}
    versions: dict[str, int] = {}
    for code, unit, breakdown, value, version, reason, n, y, parent in rows:
        name = Cell(code, unit, breakdown, value), naming(states, version, unit)
        if reason == FEW_ANSWERS:
            told.silent.add(name)
        if reason in {FEW_ANSWERS, MARGIN, POOLED}:  # these protect nobody
            continue
        versions[code], hidden[name] = version, parent
        told.hidden[name] = reason
        told.counts[name] = Count(n, y if code in sensitive else None)
    inside: dict[Name, list[Name]] = defaultdict(list)
    groups: dict[tuple[Name, str], list[Name]] = defaultdict(list)
    for name, parent in hidden.items():
        cell = name[0]
        if parent is not None:
            state = naming(states, versions[cell.indicator], parent)
            inside[cell._replace(unit=parent), state].append(name)
        version = versions[cell.indicator]
        if cell.breakdown and cell.breakdown not in overlapping_of_version(version):
            whole = cell._replace(breakdown="", value=""), name[1]
            groups[whole, cell.breakdown].append(name)
    told.lines += [Line(whole, tuple(parts)) for whole, parts in inside.items()]
    told.lines += [Line(whole, tuple(parts)) for (whole, _), parts in groups.items()]
    # A hidden total whose parts are all shown is known as well; it is in no line above.
    # `suppress` never leaves one, since such a line leaks.


def _asked(made: Release) -> dict[str, Any]:
    return {
        "round": made.round_id, "version": made.version, "release": made.id,
        "on": local_date(made.released_at),
    }  # fmt: skip
