"""What the earlier releases of a round told: all of it stays known, whatever a later one hides.

A figure is named by what it is of and by its state, the interviews that count in its villages
(`frozen_places.py`): with the same state it is about the same answers in every release, known or
hidden.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from app.db import driver
from app.indicators.disclosure import FEW_ANSWERS, MARGIN, POOLED, Count, Rule
from app.indicators.frozen_places import States, about, naming, parents_of, states_of, villages_in
from app.indicators.kinds import overlapping_of_version
from app.indicators.release_models import Release
from app.indicators.release_queries import list_releases
from app.indicators.since_then import Few, few_between
from app.indicators.subtraction import Line

# How many are behind a figure is counted in the villages that its place has now.
HIDDEN = """
with inside as (
    select ancestor_id as unit_id, unit_id as village_id from org_unit_ancestors
    where valid_from <= %(on)s and (valid_to is null or valid_to >= %(on)s)
      and ancestor_id in (select unit_id from hidden_figures where release_id = %(release)s)
    union select distinct unit_id, abs(unit_id) from hidden_figures where release_id = %(release)s
)
select i.code, h.unit_id, d.breakdown, d.value, d.indicator_id, h.reason,
       coalesce(sum(s.n), 0)::int, coalesce(sum(s.y), 0)
from hidden_figures h
join indicator_domains d on d.id = h.domain_id
join indicator_versions i on i.id = d.indicator_id
join inside a using (unit_id)
left join released_sums s on s.village_id = a.village_id and s.domain_id = h.domain_id
     and s.round_id = %(round)s and s.since <= %(version)s and s.until > %(version)s
where h.release_id = %(release)s
group by i.code, h.unit_id, d.breakdown, d.value, d.indicator_id, h.reason
"""


class Cell(NamedTuple):
    """Names a figure of a release."""

    indicator: str
    unit: int
    breakdown: str
    value: str


class Places(NamedTuple):
    """How the places of a release lay: read once, of a province it is hundreds of thousands."""

    states: States
    parents: Mapping[int, int]


Name = tuple[Cell, str]  # with its state: the same in all releases in which it is the same number


@dataclass(slots=True)
class Told:
    """What was known, and what was hidden, in the earlier releases."""

    lines: list[Line] = field(default_factory=list)
    counts: dict[Name, Count] = field(default_factory=dict)  # of what was hidden
    hidden: dict[Name, str] = field(default_factory=dict)
    silent: set[Name] = field(default_factory=set)  # not given out, and yet no secret
    states: set[tuple[int, str]] = field(default_factory=set)  # of units, that were given out
    # Figures of now that differ from a figure told before by the answers of so few.
    few: list[tuple[Name, Name, Count]] = field(default_factory=list)

    def about(self, codes: Collection[str]) -> "Told":
        """The same of some indicators."""
        return Told(
            [line for line in self.lines if line.whole[0].indicator in codes],
            {name: count for name, count in self.counts.items() if name[0].indicator in codes},
            {name: reason for name, reason in self.hidden.items() if name[0].indicator in codes},
            self.silent,
            self.states,
            [few for few in self.few if few[0][0].indicator in codes],
        )

    def between(self, names: Collection[Name]) -> Iterator[tuple[Line, Count]]:
        """The lines that would tell of the few in whom these figures differ from earlier ones."""
        new = set(names)
        for later, earlier, count in self.few:
            if later in new:
                rest = (later[0], f"{earlier[1]} to {later[1]}")
                yield Line(later, (earlier, rest)), count

    def shown(self, names: Collection[Name]) -> set[Name]:
        """Those of these figures, and of the totals of what was hidden, that are known."""
        known = {name for name in names if (name[0].unit, name[1]) in self.states} - self.silent
        gone = {line.whole for line in self.lines} - set(names)
        return (known | gone) - self.hidden.keys()


def told_before(made: Release, rule: Rule, states: States) -> Told:
    """What the releases before this one, whose places have these states, told."""
    told, now = Told(), Places(states, parents_of(made))
    for release in list_releases(made.round_id):
        if release.version < made.version:
            then = Places(states_of(release), parents_of(release))
            told.states |= {(u, naming(then.states, version, u)) for version, u in then.states}
            rows = driver().execute(HIDDEN, about(release)).fetchall()
            _read(told, rows, then, rule.sensitive)
            few = few_between(release, made, rule.threshold)
            told.few += _told_apart(few, now, then)
    told.few = [few for few in told.few if _is_told_anew(told, *few[:2])]
    return told


def _told_apart(
    few: Iterable[Few], now: Places, then: Places
) -> Iterator[tuple[Name, Name, Count]]:
    """Figures of both releases that differ by few answers, in places of the same villages."""
    villages, before = villages_in(now.parents), villages_in(then.parents)
    known = set().union(*before.values())
    for unit, version, code, breakdown, value, n in few:
        if villages[unit] & known == before[unit]:
            cell = Cell(code, unit, breakdown, value)
            later, earlier = ((cell, naming(at.states, version, unit)) for at in (now, then))
            yield later, earlier, Count(n)


def _is_told_anew(told: Told, later: Name, earlier: Name) -> bool:
    """Whether the one is not known yet, and the other one is."""
    known = {(name[0].unit, name[1]) for name in (later, earlier)} & told.states
    return known == {(earlier[0].unit, earlier[1])} and earlier not in told.silent


def _read(
    told: Told,
    rows: Sequence[Sequence[Any]],
    places: Places,
    sensitive: frozenset[str],
) -> None:
    hidden: dict[Name, int | None] = {}
    versions: dict[str, int] = {}
    for code, unit, breakdown, value, version, reason, n, y in rows:
        name = Cell(code, unit, breakdown, value), naming(places.states, version, unit)
        if reason == FEW_ANSWERS:
            told.silent.add(name)
        if reason in {FEW_ANSWERS, MARGIN, POOLED}:  # these protect nobody
            continue
        versions[code], hidden[name] = version, places.parents.get(unit)
        told.hidden[name] = reason
        told.counts[name] = Count(n, y if code in sensitive else None)
    inside: dict[Name, list[Name]] = defaultdict(list)
    groups: dict[tuple[Name, str], list[Name]] = defaultdict(list)
    for name, parent in hidden.items():
        cell = name[0]
        if parent is not None:
            state = naming(places.states, versions[cell.indicator], parent)
            inside[cell._replace(unit=parent), state].append(name)
        version = versions[cell.indicator]
        if cell.breakdown and cell.breakdown not in overlapping_of_version(version):
            whole = cell._replace(breakdown="", value=""), name[1]
            groups[whole, cell.breakdown].append(name)
    told.lines += [Line(whole, tuple(parts)) for whole, parts in inside.items()]
    told.lines += [Line(whole, tuple(parts)) for (whole, _), parts in groups.items()]
    # A hidden total whose parts are all shown is known as well; it is in no line above.
    # `suppress` never leaves one, since such a line leaks.
