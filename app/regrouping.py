"""A change of places with all that hangs on it: households, phones, figures and lists.

`preview` carries a change out and takes it back, so that what it shows is what would happen.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Integer, cast, exists, func, select

from app import queue
from app.accounts.actors import Actor
from app.accounts.models import RoleGrant
from app.accounts.scope import within
from app.accounts.territory import get_unit
from app.audit import record
from app.db import db, driver, on_commit
from app.errors import BadRequest, NotFound
from app.households import lists, moves
from app.households.moves import Place, Point
from app.indicators import communes, stale
from app.org_units import changes, undo
from app.org_units.changes import Decision, Newcomer
from app.org_units.models import OrgUnit, OrgUnitEvent

Change = Callable[[], OrgUnitEvent]
Houses = Mapping[str, str | Point]  # by a household's code, the name of its new village, or a point

TERRITORY = """
insert into role_grants (app_user_id, project_id, role, org_unit_id)
select distinct g.app_user_id, g.project_id, g.role, s.successor_id
from role_grants g join org_unit_successions s on s.predecessor_id = g.org_unit_id
where s.event_id = %s and g.app_user_id is not null and g.revoked_at is null
returning id
"""
PEOPLE = """
select count(*) from role_grants g join org_unit_successions s on s.predecessor_id = g.org_unit_id
where s.event_id = %s and g.user_id is not null and g.revoked_at is null
"""
BELOW = """
select distinct a.unit_id from org_unit_ancestors a join org_units u on u.id = a.unit_id
where a.ancestor_id = any(%s) and u.level = 'village'
"""
SPREAD = "select village_id, count(*) from households where village_id = any(%s) group by 1"
DERIVED = {
    **dict.fromkeys(("village_sums", "village_bases", "village_states"), "village_id"),
    **dict.fromkeys(("stale_villages", "former_households"), "village_id"),
    **dict.fromkeys(("commune_bases", "commune_sums"), "unit_id"),
}


@dataclass(frozen=True, slots=True)
class Effects:
    """What a change did, or would do."""

    event: OrgUnitEvent
    ended: Sequence[OrgUnit]
    made: Sequence[OrgUnit]
    changed: Sequence[OrgUnit]  # renamed, or lying elsewhere
    households: int  # that moved
    spread: Mapping[int, int]  # by id of a place that was made, the households it has now
    phones: int  # whose territory follows
    people: int  # whose role was at a place that ended; an administrator decides about them


def merge(unit_ids: Sequence[int], into: Newcomer, decision: Decision) -> Effects:
    """Places become one, and their households and phones go with them."""

    def change() -> OrgUnitEvent:
        event = changes.merge(unit_ids, into, decision)
        made = int(event.detail["made"][0])
        _with_houses(event, list(unit_ids), lambda: moves.move_all(list(unit_ids), made))
        return event

    return _carry_out(change)


def split(
    unit_id: int,
    into: Sequence[Newcomer],
    decision: Decision,
    houses: Houses | None = None,
    *,
    by_gps: bool = False,
) -> Effects:
    """A place becomes several; a village's households go where `houses` says.

    `by_gps`: those that it does not name go to the village whose point is nearest to their own.
    """

    def change() -> OrgUnitEvent:
        event = changes.split(unit_id, into, decision)
        made = [int(unit) for unit in event.detail["made"]]
        ids = {newcomer.name: unit for newcomer, unit in zip(into, made, strict=True)}
        parts = {
            unit: None if one.longitude is None or one.latitude is None
            else Point(one.longitude, one.latitude)
            for one, unit in zip(into, made, strict=True)
        }  # fmt: skip
        known: Houses = moves.points_of(unit_id) if by_gps else {}
        said = {code: _named(place, ids) for code, place in {**known, **(houses or {})}.items()}
        _with_houses(event, [unit_id], lambda: moves.move_apart(unit_id, parts, said))
        return event

    return _carry_out(change)


def rename(unit_id: int, name: str, decision: Decision) -> Effects:
    """A place is called otherwise; phones get the new name with their next lists."""
    return _carry_out(lambda: changes.rename(unit_id, name, decision))


def retype(unit_id: int, type_: str, decision: Decision) -> Effects:
    """A place is of another type."""
    return _carry_out(lambda: changes.retype(unit_id, type_, decision))


def move(unit_id: int, parent_id: int, decision: Decision) -> Effects:
    """A place lies elsewhere, with all that lies in it."""
    return _carry_out(lambda: changes.move(unit_id, parent_id, decision))


def take_back(event_id: int, actor: str) -> OrgUnitEvent:
    """Undoes a change, with the households and phones that went along."""
    event = db.session.get(OrgUnitEvent, event_id)
    if event is not None and event.undone_at is None and event.kind != "reform":
        made = [int(unit) for unit in event.detail["made"]]
        there = moves.where_they_are(made)
        back = {int(pk): place for pk, place in event.detail.get("households", {}).items()}
        moves.move({pk: Place(*place) for pk, place in back.items() if pk in there})
        driver().execute(
            "delete from role_grants where id = any(%s)", (event.detail.get("grants", []),)
        )
        for table, column in DERIVED.items():
            driver().execute(f"delete from {table} where {column} = any(%s)", (made,))  # noqa: S608
    event = undo.undo(event_id)
    record(actor, "place.change_undone", f"org_unit_event:{event.id}", kind=event.kind)
    _mark([int(unit) for unit in event.detail["kept"]])
    return event


def list_changes(actor: Actor, *, offset: int = 0, limit: int = 50) -> Sequence[OrgUnitEvent]:
    """Changes of places in the actor's territory, the newest entry first, undone ones too."""
    kept = (
        func.jsonb_object_keys(OrgUnitEvent.detail["kept"])
        .table_valued("id", name="kept")
        .render_derived()
    )
    theirs = exists().select_from(kept).where(
        within(cast(kept.c.id, Integer), actor, "unit.read")
    )  # fmt: skip
    statement = (
        select(OrgUnitEvent)
        .where(OrgUnitEvent.kind != "reform", theirs)
        .order_by(OrgUnitEvent.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return db.session.scalars(statement).all()


def get_change(actor: Actor, event_id: int, capability: str) -> OrgUnitEvent:
    """The change with this number; `NotFound` unless all it touched is in the actor's territory."""
    event = db.session.get(OrgUnitEvent, event_id)
    if event is None or event.kind == "reform":
        raise NotFound("There is no such change.")
    for unit_id in event.detail["kept"]:
        get_unit(actor, capability, int(unit_id))
    return event


def preview(change: Callable[[], Effects]) -> Effects:
    """What a change would do; nothing is kept."""
    with db.session.no_autoflush:
        trial = db.session.begin_nested()
        try:
            effects = change()
            for unit in (*effects.ended, *effects.made, *effects.changed, effects.event):
                db.session.expunge(unit)
        finally:
            trial.rollback()
            db.session.expire_all()
    return effects


def _carry_out(change: Change) -> Effects:
    event = change()
    event_id = event.id
    grants = [pk for (pk,) in driver().execute(TERRITORY, (event_id,)).fetchall()]
    people = driver().execute(PEOPLE, (event_id,)).fetchone()
    event.detail = event.detail | {"grants": grants}
    made = [int(unit) for unit in event.detail["made"]]
    kept = [int(unit) for unit in event.detail["kept"]]
    record(
        event.recorded_by, f"place.{event.kind}", f"org_unit_event:{event_id}",
        on=event.on_date.isoformat(), legal_ref=event.legal_ref, places=kept, made=made,
    )  # fmt: skip
    _mark([*kept, *made])
    units = db.session.scalars(select(OrgUnit).where(OrgUnit.id.in_(kept))).all()
    return Effects(
        event=event,
        ended=[unit for unit in units if unit.valid_to is not None],
        made=db.session.scalars(select(OrgUnit).where(OrgUnit.id.in_(made))).all(),
        changed=[unit for unit in units if unit.valid_to is None],
        households=len(event.detail.get("households", {})),
        spread=dict(driver().execute(SPREAD, (made,)).fetchall()),
        phones=db.session.query(RoleGrant.app_user_id)
        .where(RoleGrant.id.in_(grants)).distinct().count(),
        people=people[0] if people else 0,
    )  # fmt: skip


def _with_houses(event: OrgUnitEvent, villages: list[int], move_them: Callable[[], None]) -> None:
    made = db.session.get_one(OrgUnit, int(event.detail["made"][0]))
    if made.level != "village":
        return
    before = moves.where_they_are(villages)
    move_them()
    event.detail = event.detail | {"households": {str(pk): place for pk, place in before.items()}}
    db.session.flush()


def _named(place: str | Point, ids: Mapping[str, int]) -> int | Point:
    if isinstance(place, Point):
        return place
    if place not in ids:
        raise BadRequest("“%(name)s” is none of the new villages.", name=place)
    return ids[place]


def _mark(units: list[int]) -> None:
    """Figures of all villages there are owed anew, and phones get their lists anew."""
    villages = [unit for (unit,) in driver().execute(BELOW, (units,)).fetchall()]
    stale.mark_villages_stale(villages, stale.Urgency.CHANGED)
    communes.owe_all()
    projects = db.session.execute(db.text("select id from projects")).scalars().all()
    lists.touch(projects)
    on_commit(queue.ring)
