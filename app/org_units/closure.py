"""Keeps the table of what lies within what in line with parents and successions."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from app.db import driver
from app.org_units.ground import Facts, Span, closure

LIVES = "select id, valid_from, valid_to from org_units"
PARENTS = """
select unit_id, valid_from, valid_to, parent_id from org_unit_parents order by unit_id, valid_from
"""
SUCCESSIONS = "select predecessor_id, successor_id from org_unit_successions order by 1, 2"
FORGET = "delete from org_unit_ancestors where unit_id = any(%s)"
COPY = """
copy org_unit_ancestors (unit_id, ancestor_id, valid_from, valid_to, distance) from stdin
"""

# A new place lies wherever its parent does, and did before: its ground was there already.
FILE = """
insert into org_unit_ancestors (unit_id, ancestor_id, valid_from, valid_to, distance)
select %(unit)s, ancestor_id, greatest(valid_from, %(first)s::date),
       least(valid_to, %(last)s::date),
       distance + 1
from org_unit_ancestors
where unit_id = %(parent)s and valid_from <= coalesce(%(last)s::date, valid_from)
  and coalesce(valid_to >= %(first)s::date, true)
"""
ITSELF = """
insert into org_unit_ancestors (unit_id, ancestor_id, valid_from, valid_to, distance)
select id, id, valid_from, valid_to, 0 from org_units where id = %s
"""


def read_facts() -> Facts:
    """All places, what they lay in, and where their ground went."""
    lives = {unit: Span(*days) for unit, *days in driver().execute(LIVES)}
    parents: dict[int, list[Span]] = defaultdict(list)
    for unit, *span in driver().execute(PARENTS):
        parents[unit].append(Span(*span))
    successors: dict[int, list[int]] = defaultdict(list)
    predecessors: dict[int, list[int]] = defaultdict(list)
    for before, after in driver().execute(SUCCESSIONS):
        successors[before].append(after)
        predecessors[after].append(before)
    return Facts(lives, parents, successors, predecessors)


def rebuild(changed: Iterable[int] | None = None) -> int:
    """Works out anew the rows of these places and of all that hang on them; how many places.

    Without places, everything.
    """
    facts = read_facts()
    units = facts.lives.keys() if changed is None else _hanging_on(facts, set(changed))
    driver().execute(FORGET, (list(units),))
    with driver().cursor().copy(COPY) as copy:
        for row in closure(facts, units & facts.lives.keys()):
            copy.write_row(row)
    return len(units)


def file_new(unit_id: int, spans: Sequence[Span]) -> None:
    """Enters the rows of a place that nothing hangs on yet: what it lay in, in order of time."""
    driver().execute(ITSELF, (unit_id,))
    for number, span in enumerate(spans):
        first = span.first if number else None  # before its first day it lay in the first, too
        asked = {"unit": unit_id, "parent": span.parent, "first": first, "last": span.last}
        driver().execute(FILE, asked)


def _hanging_on(facts: Facts, changed: Collection[int]) -> set[int]:
    """Those places, all within them, and all whose ground came from there or went there."""
    children: dict[int, list[int]] = defaultdict(list)
    for unit, spans in facts.parents.items():
        for span in spans:
            if span.parent is not None:
                children[span.parent].append(unit)
    earlier = _reach(changed, (children, facts.predecessors))
    later = _reach(changed, (children, facts.successors))
    return earlier | later


def _reach(start: Collection[int], ways: Iterable[Mapping[int, Iterable[int]]]) -> set[int]:
    reached, waiting = set(start), list(start)
    while waiting:
        unit = waiting.pop()
        for way in ways:
            new = set(way.get(unit, ())) - reached
            reached |= new
            waiting += new
    return reached
