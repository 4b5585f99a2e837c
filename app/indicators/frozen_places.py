"""Where the places of a release lay when it was made, and what counted in them.

Boundaries are often entered late, for a day that is past, and taken back. What a release withholds
was chosen under those that were known when it was made: it is read under no others. A place is
known by its state, the interviews that count in its villages: with the same ones a figure is about
the same answers, whatever happened in between.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from app.clock import local_date
from app.db import driver
from app.indicators.release_models import Release

# A village's ground lies in places of the day, and, where it has ended, is still there by itself;
# so is what a village counts besides the ground of others that came to it (a negative id).
# One adult who was asked stands for all of the household, as many as its own interview says: what
# counts of these is what counts of the households' interviews as well.
FREEZE = """
with held as materialized (
    select b.village_id, b.form_id, b.partner_id, f.kind, min(b.instances::text) as instances
    from released_bases b join forms f on f.id = b.form_id
    where b.round_id = %(round)s and b.since <= %(version)s and b.until > %(version)s
    group by b.village_id, b.form_id, b.partner_id, f.kind
), homes as (
    select village_id, string_agg(instances, ';' order by form_id) as instances
    from held where kind = 'household' and partner_id = 0 group by village_id
), grounds as materialized (
    select h.village_id, h.form_id, h.partner_id,
           md5(concat_ws(';', h.instances, w.instances)) as counted
    from held h left join homes w on w.village_id = h.village_id and h.kind = 'person'
), lies as materialized (
    select unit_id as village_id, ancestor_id as unit_id from org_unit_ancestors
    where unit_id in (select village_id from grounds)
      and valid_from <= %(on)s and (valid_to is null or valid_to >= %(on)s)
), pieces as (
    select village_id, unit_id from lies
    union select village_id, village_id from grounds
    union select l.village_id, -l.village_id from lies l join lies o using (unit_id)
    where l.village_id = l.unit_id and o.village_id <> o.unit_id
), states as (
    select unit_id, form_id, partner_id,
           md5(string_agg(village_id || '.' || counted, ',' order by village_id)) as state
    from pieces join grounds using (village_id) group by unit_id, form_id, partner_id
), above as materialized (
    select distinct on (s.unit_id) s.unit_id, a.ancestor_id as parent_id
    from (select distinct unit_id from states) s
    join org_unit_ancestors a on a.unit_id = s.unit_id and a.ancestor_id <> s.unit_id
         and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
    join org_units u on u.id = a.ancestor_id and u.level in ('province', 'commune', 'village')
    order by s.unit_id, array_position(array['village', 'commune', 'province'], u.level::text)
)
insert into released_places (release_id, unit_id, form_id, partner_id, parent_id, state)
select %(release)s, unit_id, form_id, partner_id,
       case when unit_id < 0 then -unit_id else parent_id end, state
from states left join above using (unit_id)
"""

# Of each indicator's version, by unit.
FIND = """
select v.id, p.unit_id, p.state from released_places p
join indicator_versions v on (v.form_id, coalesce(v.partner_id, 0)) = (p.form_id, p.partner_id)
where p.release_id = %s and v.id = any(%s)
"""
PARENTS = """
select distinct unit_id, parent_id from released_places
where release_id = %s and parent_id is not null
"""
ENDED = """
select distinct u.valid_to, u.id from released_places p join org_units u on u.id = p.unit_id
where p.release_id = %s and u.valid_to < %s order by 1, 2
"""

# Changes of the boundaries around a release's places, for its day or before, that were entered, or
# taken back (negative), when it was being made or later: that it may not have known.
LATE = """
select coalesce(array_agg(case when undone_at is null then id else -id end order by id), '{}')
from org_unit_events e
where kind in ('merge', 'split', 'move') and on_date <= %(on)s
  and greatest(recorded_at, undone_at) > %(at)s - interval '1 hour'
  and exists (
      select from jsonb_object_keys(e.detail -> 'kept') k (id)
      join org_unit_ancestors a on a.unit_id = k.id::int
      join released_places p on p.release_id = %(release)s and p.unit_id = a.ancestor_id
  )
"""
# The interviews that count in a village of a release never change: only where it lies may.
ELSEWHERE = """
with recursive above as materialized (
    select distinct unit_id, parent_id from released_places where release_id = %(release)s
), then_in (village_id, unit_id) as (
    select abs(unit_id), unit_id from above a
    where not exists (select from above inside where inside.parent_id = a.unit_id)
    union
    select t.village_id, a.parent_id from then_in t join above a using (unit_id)
    where a.parent_id is not null
), villages as materialized (
    select distinct village_id from released_bases
    where round_id = %(round)s and since <= %(version)s and until > %(version)s
), now_in as materialized (
    select village_id, ancestor_id as unit_id
    from villages join org_unit_ancestors a on a.unit_id = village_id
         and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
    union select village_id, village_id from villages
)
(select unit_id from (select * from then_in where unit_id > 0 except select * from now_in) gone)
union
(select unit_id from (select * from now_in except select * from then_in) come)
"""

States = Mapping[tuple[int, int], str]  # by indicator's version and unit


def freeze_places(made: Release) -> None:
    """Keeps where the places of a release lie, and what counts in them."""
    driver().execute(FREEZE, about(made))


def states_of(made: Release) -> States:
    """The states of a release's places."""
    rows = driver().execute(FIND, (made.id, made.indicators))
    return {(version, unit): state for version, unit, state in rows}


def naming(states: States, version: int, unit: int) -> str:
    """Names what an indicator's version is counted from in a place."""
    return f"{version}:{states.get((version, unit), '')}"


def parents_of(made: Release) -> Mapping[int, int]:
    """By place, the one right above it."""
    return dict(driver().execute(PARENTS, (made.id,)).fetchall())


def villages_in(parents: Mapping[int, int]) -> Mapping[int, set[int]]:
    """By place, the villages whose interviews are counted in it."""
    found: dict[int, set[int]] = defaultdict(set)
    for unit in parents.keys() - parents.values():
        at: int | None = unit
        while at is not None:
            found[at].add(abs(unit))
            at = parents.get(at)
    return found


def ended_in(made: Release) -> list[tuple[Any, int]]:
    """Villages that count in a release and had ended when it was made, each with its last day."""
    asked = (made.id, local_date(made.released_at))
    return driver().execute(ENDED, asked).fetchall()


def lying_elsewhere(made: Release, late: Sequence[int]) -> frozenset[int]:
    """Places that are put together from other villages now than when a release was made.

    `late` says which changes of boundaries are to be looked at (`LATE`, asked `about` it). With the
    same ones it is the same places, so that they are compared once.
    """
    if not late:
        return frozenset()
    return _compare(tuple({**about(made), "late": tuple(late)}.items()))


@lru_cache(maxsize=64)
def _compare(asked: tuple[tuple[str, Any], ...]) -> frozenset[int]:
    return frozenset(unit_id for (unit_id,) in driver().execute(ELSEWHERE, dict(asked)))


def about(made: Release) -> dict[str, Any]:
    """What the statements here ask of a release."""
    return {
        "round": made.round_id, "version": made.version, "release": made.id,
        "on": local_date(made.released_at), "at": made.released_at,
    }  # fmt: skip
