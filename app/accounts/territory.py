"""The places an actor may see, looked up by id, code, name or parent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, exists, or_, select

from app.accounts.actors import Actor
from app.accounts.scope import sees, within
from app.db import db
from app.errors import NotFound
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor, OrgUnitCode, OrgUnitParent
from app.org_units.names import fold
from app.org_units.queries import is_called


@dataclass(frozen=True, slots=True)
class UnitFilter:
    """Which places are asked for; what is left out does not restrict."""

    level: str | None = None
    text: str | None = None  # part of its name, a former one or an alias, marks or no marks
    below: int | None = None  # the id of the place around them
    parent: int | None = None  # the id of the place right above them
    code: str | None = None  # official code on the day, or a village's public id
    on: date | None = None  # the day as of which all this is asked; today without
    ever: bool = False  # also places and codes of other days


def find_units(
    actor: Actor,
    capability: str,
    asked: UnitFilter,
    *,
    project_id: int | None = None,
    limit: int = 200,
    offset: int = 0,
) -> Sequence[OrgUnit]:
    """The places of the day asked for where the actor has the capability, in alphabetical order.

    Those whose name is the text asked for come first.
    """
    statement = (
        select(OrgUnit)
        .where(within(OrgUnit.id, actor, capability, project_id))
        .order_by(OrgUnit.sort_key, OrgUnit.id)
        .limit(limit)
        .offset(offset)
    )
    if not asked.ever:
        statement = statement.where(valid_on(OrgUnit, asked.on))
    if asked.text:
        order = (OrgUnit.search_key != fold(asked.text), OrgUnit.sort_key)
        statement = statement.order_by(None).order_by(*order, OrgUnit.valid_from.desc(), OrgUnit.id)
    return db.session.scalars(_restricted(statement, asked)).all()


def get_unit(actor: Actor, capability: str, unit_id: int, *, level: str | None = None) -> OrgUnit:
    """The place with this id; `NotFound` also when it lies outside the actor's territory."""
    unit = db.session.get(OrgUnit, unit_id)
    if unit is None or level not in {None, unit.level} or not sees(actor, capability, unit_id):
        raise NotFound
    return unit


def find_tops(actor: Actor, capability: str, on: date | None = None) -> Sequence[OrgUnit]:
    """The places of a day in the actor's territory that lie in no other of it."""
    around = exists().where(
        OrgUnitParent.unit_id == OrgUnit.id,
        valid_on(OrgUnitParent, on),
        within(OrgUnitParent.parent_id, actor, capability),
    )
    statement = (
        select(OrgUnit)
        .where(valid_on(OrgUnit, on), within(OrgUnit.id, actor, capability), ~around)
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    return db.session.scalars(statement).all()


def visible(actor: Actor, capability: str, unit_ids: Iterable[int]) -> set[int]:
    """Those of some places that lie in the actor's territory."""
    theirs = select(OrgUnit.id).where(
        OrgUnit.id.in_(list(unit_ids)), within(OrgUnit.id, actor, capability)
    )
    return set(db.session.scalars(theirs))


def parents_of(unit_ids: Iterable[int], on: date | None = None) -> dict[int, int]:
    """By id of a place, the id of the place right above it on a day (default: today)."""
    above = select(OrgUnitParent.unit_id, OrgUnitParent.parent_id).where(
        OrgUnitParent.unit_id.in_(list(unit_ids)), valid_on(OrgUnitParent, on)
    )
    return {row.unit_id: row.parent_id for row in db.session.execute(above)}


def _restricted(statement: Select[OrgUnit], asked: UnitFilter) -> Select[OrgUnit]:
    if asked.level is not None:
        statement = statement.where(OrgUnit.level == asked.level)
    if asked.text:
        statement = statement.where(is_called(asked.text))
    if asked.below is not None:
        inside = select(OrgUnitAncestor.unit_id).where(
            OrgUnitAncestor.ancestor_id == asked.below,
            OrgUnitAncestor.distance > 0,
            valid_on(OrgUnitAncestor, asked.on),
        )
        statement = statement.where(OrgUnit.id.in_(inside))
    if asked.parent is not None:
        children = select(OrgUnitParent.unit_id).where(
            OrgUnitParent.parent_id == asked.parent, valid_on(OrgUnitParent, asked.on)
        )
        statement = statement.where(OrgUnit.id.in_(children))
    if asked.code is not None:
        official = select(OrgUnitCode.org_unit_id).where(OrgUnitCode.code == asked.code)
        if not asked.ever:
            official = official.where(valid_on(OrgUnitCode, asked.on))
        of_village = OrgUnit.public_id == asked.code.upper()
        statement = statement.where(or_(of_village, OrgUnit.id.in_(official)))
    return statement
