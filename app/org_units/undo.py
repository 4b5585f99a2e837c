"""What a change of places wrote down, and taking it back exactly."""

from typing import TYPE_CHECKING, Any

from psycopg import sql
from psycopg.types.json import Jsonb

from app.clock import now
from app.db import db, driver
from app.errors import Conflict, NotFound
from app.org_units.closure import rebuild
from app.org_units.models import OrgUnit, OrgUnitEvent

if TYPE_CHECKING:
    from app.org_units.changes import Decision

# The facts about one place, by table: its column of the place, and which rows a change may touch.
FACTS = {
    "org_unit_codes": ("org_unit_id", "true"),
    "org_unit_parents": ("unit_id", "true"),
    "org_unit_names": ("unit_id", "valid_from is not null"),
}
SNAPSHOT = "select coalesce(jsonb_agg(to_jsonb(t)), '[]') from {} t where {} = %s and {}"
UNIT_SNAPSHOT = "select to_jsonb(u) from org_units u where id = %s"
RESTORE_UNIT = """
update org_units u set (type, name, search_key, sort_key, valid_from, valid_to) =
       (r.type, r.name, r.search_key, r.sort_key, r.valid_from, r.valid_to)
from jsonb_populate_record(null::org_units, %s) r where u.id = r.id
"""
FORGET = "delete from {} where {} = any(%s) and {}"
RESTORE = "insert into {} select * from jsonb_populate_recordset(null::{}, %s)"
# Everything in the database that names a place; hot tables do so without a foreign key.
REFERENCES = """
select table_name, column_name from information_schema.columns
where table_schema = current_schema()
  and column_name in ('unit_id', 'org_unit_id', 'village_id', 'parent_id')
"""
# Worked out from the rest, and thrown away with a place.
DERIVED = {
    "org_unit_ancestors", "org_unit_successions", "entity_places",
    "village_sums", "village_bases", "village_states", "stale_villages",
    "commune_bases", "commune_sums",
}  # fmt: skip
LATER = """
select id from org_unit_events
where id > %s and undone_at is null
  and (detail -> 'kept' ?| %s::text[] or detail -> 'made' ?| %s::text[])
order by id limit 1
"""


class Ledger:
    """Notes how places were before a change touches them, and which ones it makes."""

    def __init__(self) -> None:
        self.kept: dict[int, dict[str, Any]] = {}
        self.made: list[int] = []

    def keep(self, unit_id: int) -> None:
        """Notes a place as it is, unless it was noted before."""
        if unit_id in self.kept:
            return
        db.session.flush()
        found = driver().execute(UNIT_SNAPSHOT, (unit_id,)).fetchone()
        facts: dict[str, Any] = {"org_units": found[0] if found else None}
        for table, (column, some) in FACTS.items():
            statement = _filled(SNAPSHOT, table, column, some)
            facts[table] = driver().execute(statement, (unit_id,)).fetchone()[0]  # type: ignore[index]
        self.kept[unit_id] = facts

    def record(self, kind: str, decision: "Decision") -> OrgUnitEvent:
        """The event; what is noted until the change is complete is added by `detail`."""
        event = OrgUnitEvent(
            kind=kind,
            on_date=decision.on,
            legal_ref=" ".join(decision.legal_ref.split()),
            recorded_by=decision.actor,
        )
        db.session.add(event)
        db.session.flush()
        return event

    def detail(self) -> dict[str, Any]:
        """What it takes to undo the change."""
        return {
            "kept": {str(unit): facts for unit, facts in self.kept.items()},
            "made": [str(unit) for unit in self.made],
        }


def undo(event_id: int) -> OrgUnitEvent:
    """Takes a change back, so that every place is as it was before.

    `Conflict` when a later change touched the same places, or something rests on those it made.
    """
    event = db.session.get(OrgUnitEvent, event_id, with_for_update=True)
    if event is None or event.kind == "reform":
        raise NotFound("There is no such change.")
    if event.undone_at is not None:
        raise Conflict("This change was undone already.")
    kept, made = event.detail["kept"], [int(unit) for unit in event.detail["made"]]
    touched = [*kept, *event.detail["made"]]
    later = driver().execute(LATER, (event_id, touched, touched)).fetchone()
    if later:
        raise Conflict("Undo the later change %(id)s first.", id=later[0])
    _check_nothing_rests_on(made, [int(unit) for unit in kept])
    _take_back(event_id, kept, made)
    event.undone_at = now()
    db.session.flush()
    rebuild([*map(int, kept), *made])
    db.session.expire_all()
    return event


def _take_back(event_id: int, kept: dict[str, Any], made: list[int]) -> None:
    connection = driver()
    connection.execute("delete from org_unit_successions where event_id = %s", (event_id,))
    units = [*map(int, kept), *made]
    for table, (column, some) in FACTS.items():
        connection.execute(_filled(FORGET, table, column, some), (units,))
    for facts in kept.values():
        connection.execute(RESTORE_UNIT, (Jsonb(facts["org_units"]),))
        for table in FACTS:
            name = sql.Identifier(table)
            connection.execute(sql.SQL(RESTORE).format(name, name), (Jsonb(facts[table]),))
    connection.execute("delete from org_unit_ancestors where unit_id = any(%s)", (made,))
    connection.execute("delete from org_units where id = any(%s)", (made,))


RESTS = "select 1 from {} where {} = any(%(made)s) limit 1"
CHILDREN = """
select 1 from {} where {} = any(%(made)s) and not unit_id = any(%(kept)s) limit 1
"""


# By table whose rows name a place, why the change that made the place cannot be undone.
INTERVIEWS = "Interviews were taken in at %(names)s since, so this cannot be undone."
RESTING = {
    "submissions": INTERVIEWS,
    "interviews": INTERVIEWS,
    "trashed_submissions": INTERVIEWS,
    "households": "Households were entered at %(names)s since, so this cannot be undone.",
    "role_grants": "Somebody was given a role at %(names)s since. Take it back first.",
    "org_unit_parents": "Places were entered in %(names)s since, so this cannot be undone.",
    "released_places": "Figures of %(names)s were given out since, so this cannot be undone.",
    "rounds": "A round is held at %(names)s, so this cannot be undone.",
    "": "Something rests on %(names)s already (%(table)s), so this cannot be undone.",
}


def _check_nothing_rests_on(made: list[int], kept: list[int]) -> None:
    own = {(table, column) for table, (column, _) in FACTS.items()}
    found = set(driver().execute(REFERENCES).fetchall()) - own
    for table, column in sorted(found, key=lambda one: (one[0] not in RESTING, one)):
        if table in DERIVED:
            continue
        statement = CHILDREN if table == "org_unit_parents" else RESTS
        asked = sql.SQL(statement).format(sql.Identifier(table), sql.Identifier(column))
        if driver().execute(asked, {"made": made, "kept": kept}).fetchone():
            units = db.select(OrgUnit.name).where(OrgUnit.id.in_(made)).order_by(OrgUnit.id)
            names = ", ".join(db.session.scalars(units))
            raise Conflict(RESTING.get(table, RESTING[""]), names=names, table=table)


def _filled(statement: str, table: str, column: str, some: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table), sql.Identifier(column), sql.SQL(some))
