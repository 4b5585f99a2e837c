"""Carries actions out: entities are locked and read, merged in memory, and written, set by set."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from app.db import columns, driver
from app.entities.merge import Held, Refused, Version, next_version
from app.xforms.entity_actions import EntityAction

Key = tuple[int, str]  # list, UUID

# Also for entities that are not there yet; in the order of the keys, so that two transactions do
# not block each other.
LOCK = """
select pg_advisory_xact_lock(hashtextextended(k.key, 0)) from unnest(%s::text[]) as k (key)
"""

OPEN = """
select a.instance_pk, a.position, a.submission_id, a.list_id, a.uuid, a.action, a.unit_id, a.state
from unnest(%s::int[], %s::text[]) as k (list_id, uuid)
join entity_actions a on a.list_id = k.list_id and a.uuid = k.uuid
where a.state in ('new', 'held')
order by a.instance_pk, a.position
"""

HERE = """
select e.list_id, e.uuid, e.id, e.conflict, e.unit_id, e.deleted_at is not null
from unnest(%s::int[], %s::text[]) as k (list_id, uuid)
join entities e on e.list_id = k.list_id and e.uuid = k.uuid
for update of e
"""

VERSIONS = """
select entity_id, version, label, data, base, branch, branch_base, trunk, conflict, clashes, forced,
       submission_id, instance_pk
from entity_versions where entity_id = any(%s) order by entity_id, version
"""


@dataclass(slots=True)
class Asked:
    """One action that is open, and where it comes from."""

    instance_pk: int
    position: str
    submission_id: int
    action: EntityAction
    unit_id: int | None
    state: str


@dataclass(slots=True)
class Being:
    """An entity while it is worked on; without an id it is not in the books yet."""

    key: Key
    id: int | None = None
    conflict: str | None = None
    unit_id: int | None = None
    deleted: bool = False
    history: list[Version] = field(default_factory=list)
    sources: list[tuple[int | None, int | None]] = field(default_factory=list)
    added: list[tuple[Version, Asked]] = field(default_factory=list)
    was_at: int | None = None


@dataclass(slots=True)
class Outcome:
    """What became of an action."""

    asked: Asked
    state: str
    problem: str | None = None
    version: int | None = None


def settle(keys: Iterable[Key], *, force: tuple[int, str] | None = None) -> None:
    """Carries out every open action about these entities that can be, and notes the others.

    `force` names one (instance, position) that no longer waits for what it follows.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return
    driver().execute(LOCK, ([f"entity:{list_id}:{uuid}" for list_id, uuid in wanted],))
    beings = _read(wanted)
    outcomes: list[Outcome] = []
    for key, asked in _open(wanted).items():
        outcomes += _carry_out(beings.setdefault(key, Being(key)), asked, force)
    write([being for being in beings.values() if being.added])
    _note(outcomes)


def _open(keys: list[Key]) -> Mapping[Key, list[Asked]]:
    found: dict[Key, list[Asked]] = defaultdict(list)
    for pk, position, submission, list_id, uuid, action, unit, state in driver().execute(
        OPEN, columns(keys)
    ):
        asked = Asked(pk, position, submission, EntityAction(**action), unit, state)
        found[list_id, uuid].append(asked)
    return found


def _read(keys: list[Key]) -> dict[Key, Being]:
    rows = driver().execute(HERE, columns(keys)).fetchall()
    beings = {
        (list_id, uuid): Being((list_id, uuid), pk, conflict, unit, deleted, was_at=unit)
        for list_id, uuid, pk, conflict, unit, deleted in rows
    }
    by_id = {being.id: being for being in beings.values()}
    for row in driver().execute(VERSIONS, (list(by_id),)):
        entity_id, *version, submission_id, instance_pk = row
        version[8] = tuple(version[8])
        by_id[entity_id].history.append(Version(*version))
        by_id[entity_id].sources.append((submission_id, instance_pk))
    return beings


def _carry_out(
    being: Being, pending: list[Asked], force: tuple[int, str] | None
) -> Iterable[Outcome]:
    """Goes through the actions in their order, and again from the first after each that fits."""
    waiting = list(pending)
    number = 0
    while number < len(waiting):
        asked = waiting[number]
        if _is_edit_of_done(being, asked):
            yield Outcome(waiting.pop(number), "ignored", "edited")
            continue
        forced = force == (asked.instance_pk, asked.position)
        made = next_version(being.history, asked.action, deleted=being.deleted, force=forced)
        if isinstance(made, Held):
            number += 1
        elif isinstance(made, Refused):
            yield Outcome(waiting.pop(number), "failed", made.problem)
        else:
            _add(being, made, waiting.pop(number))
            yield Outcome(asked, "applied", version=made.number)
            number = 0
    yield from (Outcome(asked, "held") for asked in waiting)


def _is_edit_of_done(being: Being, asked: Asked) -> bool:
    """An edit of an interview changes the interview alone (docs of Collect, form editing)."""
    return any(
        submission_id == asked.submission_id and instance_pk != asked.instance_pk
        for submission_id, instance_pk in being.sources
    )


def _add(being: Being, version: Version, asked: Asked) -> None:
    being.history.append(version)
    being.sources.append((asked.submission_id, asked.instance_pk))
    being.added.append((version, asked))
    being.unit_id = asked.unit_id if asked.unit_id is not None else being.unit_id
    if version.conflict and being.conflict != "hard":
        being.conflict = version.conflict


ENTER = """
insert into entities (list_id, uuid, label, data, version, conflict, unit_id)
select list_id, uuid, label, data::jsonb, version, conflict, unit_id
from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::int[], %s::text[], %s::int[])
     as n (list_id, uuid, label, data, version, conflict, unit_id)
on conflict (list_id, uuid) do update
set label = excluded.label, data = excluded.data, version = excluded.version,
    conflict = excluded.conflict, unit_id = excluded.unit_id, updated_at = now()
returning list_id, uuid, id
"""

ADD_VERSIONS = """
insert into entity_versions (entity_id, version, label, data, base, branch, branch_base, trunk,
                             conflict, clashes, forced, instance_pk, submission_id)
select entity_id, version, label, data::jsonb, base, branch, branch_base, trunk, conflict,
       clashes::jsonb, forced, instance_pk, submission_id
from unnest(%s::bigint[], %s::int[], %s::text[], %s::text[], %s::int[], %s::text[], %s::int[],
            %s::int[], %s::text[], %s::text[], %s::bool[], %s::bigint[], %s::bigint[])
     as n (entity_id, version, label, data, base, branch, branch_base, trunk, conflict, clashes,
           forced, instance_pk, submission_id)
"""

CHANGE_PLACES = """
insert into entity_places (list_id, unit_id, revision)
select list_id, unit_id, 1 from unnest(%s::int[], %s::int[]) as p (list_id, unit_id)
order by list_id, unit_id
on conflict (list_id, unit_id) do update set revision = entity_places.revision + 1
"""

NOTE = """
update entity_actions a set state = n.state, problem = n.problem, version = n.version
from unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::int[])
     as n (instance_pk, position, state, problem, version)
where a.instance_pk = n.instance_pk and a.position = n.position
"""


def write(beings: list[Being]) -> None:
    """Enters entities with their new versions, and says in which places lists have changed."""
    if not beings:
        return
    now = [(being, being.history[-1]) for being in beings]
    rows = [
        (*being.key, newest.label, _json(newest.data), newest.number, being.conflict, being.unit_id)
        for being, newest in now
    ]
    entered = driver().execute(ENTER, columns(rows)).fetchall()
    ids = {(list_id, uuid): entity_id for list_id, uuid, entity_id in entered}
    versions = [
        (ids[being.key], *_version(version), asked.instance_pk, asked.submission_id)
        for being in beings
        for version, asked in being.added
    ]
    driver().execute(ADD_VERSIONS, columns(versions))
    change_places(
        (being.key[0], unit)
        for being in beings
        for unit in (being.unit_id, being.was_at if being.id else being.unit_id)
    )


def change_places(places: Iterable[tuple[int, int | None]]) -> None:
    """Says that entities of lists have changed in these places (None: in no place)."""
    changed = sorted({(list_id, unit_id or 0) for list_id, unit_id in places})
    driver().execute(CHANGE_PLACES, columns(changed))


def _version(version: Version) -> tuple[Any, ...]:
    return (
        version.number,
        version.label,
        _json(version.data),
        version.base,
        version.branch,
        version.branch_base,
        version.trunk,
        version.conflict,
        _json(version.clashes),
        version.forced,
    )


def _note(outcomes: list[Outcome]) -> None:
    rows = [
        (o.asked.instance_pk, o.asked.position, o.state, o.problem, o.version)
        for o in outcomes
        if o.state != o.asked.state
    ]
    if rows:
        driver().execute(NOTE, columns(rows))


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
