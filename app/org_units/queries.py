"""Finding places by code, by name and by the id that questionnaires carry."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, or_, select, true

from app.db import db
from app.errors import NotFound
from app.org_units import names
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitCode, OrgUnitName


def get_unit(unit_id: int) -> OrgUnit:
    """The place with this internal id; `NotFound` when there is none."""
    unit = db.session.get(OrgUnit, unit_id)
    if unit is None:
        raise NotFound
    return unit


def find_by_code(code: str, level: str | None = None, on: date | None = None) -> OrgUnit | None:
    """The place that has this official code on a date (default: today).

    Provinces have two digits, communes five, so that a code names one place on one date.
    """
    if not code.isprintable():  # a NUL, which PostgreSQL cannot even look for
        return None
    known = (
        select(OrgUnit)
        .join(OrgUnitCode, OrgUnitCode.org_unit_id == OrgUnit.id)
        .where(OrgUnitCode.code == code, valid_on(OrgUnitCode, on))
    )
    if level is not None:
        known = known.where(OrgUnit.level == level)
    return db.session.scalar(known)


def find_village(public_id: str) -> OrgUnit | None:
    """The village that questionnaires call `T-7F3K2`; letters in either case."""
    if not public_id.isprintable():
        return None
    return db.session.scalar(select(OrgUnit).where(OrgUnit.public_id == public_id.strip().upper()))


def is_called(text: str) -> ColumnElement[bool]:
    """Condition: a place's name, one it had, or an alias contains the text, marks or no marks."""
    key = names.fold(text)
    if not key:
        return true()  # nothing to look for
    other = select(OrgUnitName.unit_id).where(OrgUnitName.search_key.contains(key, autoescape=True))
    return or_(OrgUnit.search_key.contains(key, autoescape=True), OrgUnit.id.in_(other))


def codes_of(unit_ids: Iterable[int], on: date | None = None) -> dict[int, str]:
    """By internal id, how the world calls each place: official code, or the village's public id."""
    wanted = list(unit_ids)
    official = select(OrgUnitCode.org_unit_id, OrgUnitCode.code).where(
        OrgUnitCode.org_unit_id.in_(wanted), valid_on(OrgUnitCode, on)
    )
    opaque = select(OrgUnit.id, OrgUnit.public_id).where(
        OrgUnit.id.in_(wanted), OrgUnit.public_id.is_not(None)
    )
    rows = [*db.session.execute(opaque), *db.session.execute(official)]
    return {unit_id: code for unit_id, code in rows if code is not None}


def last_codes(unit_ids: Iterable[int]) -> dict[int, str]:
    """The same for places of any day: the code that each has, or had last."""
    held = (
        select(OrgUnitCode.org_unit_id, OrgUnitCode.code)
        .where(OrgUnitCode.org_unit_id.in_(wanted := list(unit_ids)))
        .order_by(OrgUnitCode.valid_from)
    )
    opaque = select(OrgUnit.id, OrgUnit.public_id).where(
        OrgUnit.id.in_(wanted), OrgUnit.public_id.is_not(None)
    )
    rows = [*db.session.execute(held), *db.session.execute(opaque)]
    return {unit_id: code for unit_id, code in rows if code is not None}


def code_of(unit: OrgUnit | int, on: date | None = None) -> str | None:
    """How the world calls one place; None when it has no code on that date."""
    unit_id = unit if isinstance(unit, int) else unit.id
    return codes_of([unit_id], on).get(unit_id)


def display_name(unit: OrgUnit, language: str = "vi") -> str:
    """The name in full: "Xã Ia Dom", in English "Ia Dom Commune"."""
    return names.official_name(unit.type, unit.name, language)


def names_of(unit_ids: Iterable[int]) -> dict[int, str]:
    """The names of places, by id."""
    known = select(OrgUnit.id, OrgUnit.name).where(OrgUnit.id.in_(list(unit_ids)))
    return dict(db.session.execute(known).all())


def called_on(unit_ids: Iterable[int], on: date) -> dict[int, tuple[str, str]]:
    """By id of a place, the type and name it had on a day, where they are others now."""
    former = select(OrgUnitName.unit_id, OrgUnitName.type, OrgUnitName.name).where(
        OrgUnitName.unit_id.in_(list(unit_ids)), valid_on(OrgUnitName, on)
    )
    return {unit_id: (type_, name) for unit_id, type_, name in db.session.execute(former)}
