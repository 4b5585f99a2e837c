"""Other names by which people look a place up; they have no dates and change nothing else."""

from sqlalchemy import select

from app.audit import record
from app.db import db
from app.errors import BadRequest, NotFound
from app.org_units import names
from app.org_units.models import OrgUnit, OrgUnitName
from app.org_units.villages import tidy

LONGEST = 100


def add_alias(unit: OrgUnit, name: str, *, actor: str) -> None:
    """Another name of a place; adding it again is harmless."""
    alias = tidy(name)
    if not names.fold(alias) or len(alias) > LONGEST:
        raise BadRequest("Another name has letters or digits, at most %(most)s.", most=LONGEST)
    if alias == unit.name:
        raise BadRequest("The other name is the name.")
    if _find(unit, alias) is None:
        db.session.add(new_alias(unit, alias))
        record(actor, "place.alias_added", f"org_unit:{unit.id}", name=alias)


def remove_alias(unit: OrgUnit, name: str, *, actor: str) -> None:
    """Takes another name away; names that a place once had officially stay."""
    alias = _find(unit, tidy(name))
    if alias is None:
        raise NotFound("It has no such other name.")
    db.session.delete(alias)
    record(actor, "place.alias_removed", f"org_unit:{unit.id}", name=alias.name)


def new_alias(unit: OrgUnit, name: str) -> OrgUnitName:
    """The row of another name, not stored yet."""
    return OrgUnitName(unit_id=unit.id, type=unit.type, name=name, search_key=names.fold(name))


def _find(unit: OrgUnit, name: str) -> OrgUnitName | None:
    known = select(OrgUnitName).where(
        OrgUnitName.unit_id == unit.id, OrgUnitName.name == name, OrgUnitName.valid_from.is_(None)
    )
    return db.session.scalar(known)
