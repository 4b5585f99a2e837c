"""What happened to a place: where its ground came from and went, its names, where it lay."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, or_, select

from app.db import db
from app.org_units import crosswalk
from app.org_units.crosswalk import Edge
from app.org_units.ground import DAY
from app.org_units.models import (
    OrgUnit,
    OrgUnitCode,
    OrgUnitEvent,
    OrgUnitName,
    OrgUnitParent,
    OrgUnitSuccession,
)


@dataclass(frozen=True, slots=True)
class Coded:
    """An official code that means a place from a day to a day, or the id of a village."""

    code: str
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class Called:
    """A name and type that a place had or has; an alias has no days."""

    name: str
    type: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Lay:
    """What a place lay in right above."""

    unit: OrgUnit
    first: date
    last: date | None


@dataclass(frozen=True, slots=True)
class History:
    """Everything, oldest first; changes that were undone are left out."""

    codes: Sequence[Coded]
    came_from: Sequence[Edge]
    went_to: Sequence[Edge]
    names: Sequence[Called]
    parents: Sequence[Lay]
    events: Sequence[OrgUnitEvent]


def history_of(unit: OrgUnit) -> History:
    """What is known of one place's past and of what came after it."""
    return History(
        codes=_codes(unit),
        came_from=crosswalk.edges(after=unit.id),
        went_to=crosswalk.edges(before=unit.id),
        names=names_of(unit),
        parents=[Lay(*row) for row in db.session.execute(_parents(unit.id))],
        events=_events(unit.id),
    )


def names_of(unit: OrgUnit) -> list[Called]:
    """Its names, oldest first, then the aliases."""
    others = db.session.scalars(
        select(OrgUnitName)
        .where(OrgUnitName.unit_id == unit.id)
        .order_by(OrgUnitName.valid_from.nulls_last(), OrgUnitName.id)
    ).all()
    former = [one for one in others if one.valid_to is not None]
    since = max((one.valid_to for one in former if one.valid_to), default=None)
    first = unit.valid_from if since is None else since + DAY
    now = Called(unit.name, unit.type, first, unit.valid_to)
    said = [Called(one.name, one.type, one.valid_from, one.valid_to) for one in others]
    return [*said[: len(former)], now, *said[len(former) :]]


def places_of(event: OrgUnitEvent) -> tuple[Sequence[OrgUnit], Sequence[OrgUnit]]:
    """The places that a change was of, and those that came of it; none where they stayed."""
    of_it = select(OrgUnitSuccession).where(OrgUnitSuccession.event_id == event.id)
    found = db.session.scalars(of_it).all()
    before = {one.predecessor_id for one in found} or {int(pk) for pk in event.detail["kept"]}
    after = {one.successor_id for one in found}
    return _named(before), _named(after)


def _named(unit_ids: set[int]) -> Sequence[OrgUnit]:
    statement = select(OrgUnit).where(OrgUnit.id.in_(unit_ids)).order_by(OrgUnit.sort_key)
    return db.session.scalars(statement).all()


def _codes(unit: OrgUnit) -> list[Coded]:
    if unit.public_id is not None:
        return [Coded(unit.public_id, unit.valid_from, unit.valid_to)]
    official = (
        select(OrgUnitCode.code, OrgUnitCode.valid_from, OrgUnitCode.valid_to)
        .where(OrgUnitCode.org_unit_id == unit.id)
        .order_by(OrgUnitCode.valid_from)
    )
    return [Coded(*row) for row in db.session.execute(official)]


def _parents(unit_id: int) -> Select[OrgUnit, date, date | None]:
    return (
        select(OrgUnit, OrgUnitParent.valid_from, OrgUnitParent.valid_to)
        .join(OrgUnit, OrgUnit.id == OrgUnitParent.parent_id)
        .where(OrgUnitParent.unit_id == unit_id)
        .order_by(OrgUnitParent.valid_from)
    )


def _events(unit_id: int) -> Sequence[OrgUnitEvent]:
    succeeded = select(OrgUnitSuccession.event_id).where(
        or_(
            OrgUnitSuccession.predecessor_id == unit_id,
            OrgUnitSuccession.successor_id == unit_id,
        )
    )
    touched = or_(
        OrgUnitEvent.detail["kept"].has_key(str(unit_id)),
        OrgUnitEvent.detail["made"].has_key(str(unit_id)),
        OrgUnitEvent.id.in_(succeeded),
    )
    statement = (
        select(OrgUnitEvent)
        .where(touched, OrgUnitEvent.undone_at.is_(None))
        .order_by(OrgUnitEvent.on_date, OrgUnitEvent.id)
    )
    return db.session.scalars(statement).all()
