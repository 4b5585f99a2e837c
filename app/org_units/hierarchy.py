"""What lies within what, on a date; every distance is stored, so nothing here climbs step by step.

Dates of validity are inclusive at both ends, an empty end is open.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select

from app.clock import today
from app.db import db
from app.org_units.closure import file_new
from app.org_units.ground import Span
from app.org_units.models import OrgUnit, OrgUnitAncestor, OrgUnitParent


def valid_on(dated: Any, on: date | None = None) -> ColumnElement[bool]:
    """Condition: a row with `valid_from` and `valid_to` is true on the date (default: today)."""
    on = today() if on is None else on
    return and_(dated.valid_from <= on, or_(dated.valid_to.is_(None), dated.valid_to >= on))


def ancestors(unit_id: int, on: date | None = None) -> Sequence[OrgUnit]:
    """The places around a place, nearest first, without itself.

    Around a place that is not there on the date: what holds its ground on it.
    """
    around = (
        select(OrgUnit)
        .join(OrgUnitAncestor, OrgUnitAncestor.ancestor_id == OrgUnit.id)
        .where(OrgUnitAncestor.unit_id == unit_id, OrgUnitAncestor.distance > 0)
        .where(valid_on(OrgUnitAncestor, on))
        .order_by(OrgUnitAncestor.distance)
    )
    return db.session.scalars(around).all()


def parent(unit_id: int, on: date | None = None) -> OrgUnit | None:
    """The place right above, None at the top."""
    return next(iter(ancestors(unit_id, on)), None)


def descendants(
    unit_id: int, level: str | None = None, on: date | None = None
) -> Sequence[OrgUnit]:
    """The places within a place (of one level, when named), in alphabetical order."""
    return _within(unit_id, OrgUnitAncestor.distance > 0, level, on)


def children(unit_id: int, on: date | None = None) -> Sequence[OrgUnit]:
    """The places right below, in alphabetical order."""
    return _within(unit_id, OrgUnitAncestor.distance == 1, None, on)


def at_level(unit_id: int, level: str, on: date | None = None) -> OrgUnit | None:
    """The place of a level that a place lies in or is."""
    around = (
        select(OrgUnit)
        .join(OrgUnitAncestor, OrgUnitAncestor.ancestor_id == OrgUnit.id)
        .where(OrgUnitAncestor.unit_id == unit_id, OrgUnit.level == level)
        .where(valid_on(OrgUnitAncestor, on))
    )
    return db.session.scalar(around)


def commune_of(unit_id: int, on: date | None = None) -> OrgUnit | None:
    """The commune a village lies in; a commune is its own."""
    return at_level(unit_id, "commune", on)


def place_under(unit_id: int, spans: Sequence[Span]) -> None:
    """Files a new place under its parents, one after the other."""
    for span in spans:
        assert span.parent is not None
        filed = OrgUnitParent(
            unit_id=unit_id, parent_id=span.parent, valid_from=span.first, valid_to=span.last
        )
        db.session.add(filed)
    db.session.flush()
    file_new(unit_id, spans)


def _within(
    unit_id: int, distance: ColumnElement[bool], level: str | None, on: date | None
) -> Sequence[OrgUnit]:
    inside = (
        select(OrgUnit)
        .join(OrgUnitAncestor, OrgUnitAncestor.unit_id == OrgUnit.id)
        .where(OrgUnitAncestor.ancestor_id == unit_id, distance, valid_on(OrgUnitAncestor, on))
        .where(valid_on(OrgUnit, on))  # without the ground of places that were, or will be
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    if level is not None:
        inside = inside.where(OrgUnit.level == level)
    return db.session.scalars(inside).all()
