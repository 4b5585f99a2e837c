"""Villages entered one by one, and other names of places."""

from typing import Any

from marshmallow import Schema
from marshmallow.fields import Boolean, Date, List, String
from marshmallow.validate import Length

from app import village_lists
from app.access import requires
from app.accounts.territory import get_unit, parents_of
from app.api.blueprint import caller, resource
from app.api.parameters import text
from app.api.place_schemas import NamesSchema, PlaceSchema
from app.db import transaction
from app.errors import BadRequest
from app.org_units.aliases import add_alias, remove_alias
from app.org_units.history import names_of
from app.org_units.models import OrgUnit

DEGREES = "In degrees, WGS 84, as text or number."


class WrongVillage(BadRequest):
    """A village that cannot be entered as it is said; the details have each field's reason."""

    message = "Correct the fields named in the details."


class VillageBody(Schema):
    """A village of a commune."""

    commune = text(5, "Official code of its commune today.")
    name = text()
    type = text(50, "thôn, làng, ấp, tổ dân phố …")
    lay_in = text(5, "Code of the commune it lay in until 30 June 2025.")
    longitude = text(20, DEGREES)
    latitude = text(20, DEGREES)
    valid_from = Date(metadata={"description": "Its first day; its commune's without."})
    aliases = List(String(validate=Length(1, 200)), validate=Length(0, 20))
    confirm = Boolean(metadata={"description": "It is another village than the one it is like."})


class NameBody(Schema):
    """Another name of a place."""

    name = text(200)


@resource("/units/villages", body=VillageBody, answer=PlaceSchema, method="POST")
@requires("unit.manage")
def add_village(asked: dict[str, Any]) -> dict[str, Any]:
    """Enters a village, with the same checks as a list of villages"""
    row = {field: str(value) for field, value in asked.items() if field != "aliases"}
    row["aliases"] = ";".join(asked.get("aliases", ()))
    row["confirm"] = "x" if asked.get("confirm") else ""
    with transaction():
        report = village_lists.add_village(row, actor=caller())
        if report.mistakes:
            raise WrongVillage(None, **{m.field: village_lists.said(m) for m in report.mistakes})
        return _place(report.made[0])


@resource("/units/<int:unit_id>/names", body=NameBody, answer=NamesSchema, method="POST")
@requires("unit.manage")
def add_name(asked: dict[str, Any], unit_id: int) -> dict[str, Any]:
    """Lets a place be found by another name too"""
    return _rename(add_alias, asked, unit_id)


@resource("/units/<int:unit_id>/names", body=NameBody, answer=NamesSchema, method="DELETE")
@requires("unit.manage")
def remove_name(asked: dict[str, Any], unit_id: int) -> dict[str, Any]:
    """Takes another name away; names that a place once had officially stay"""
    return _rename(remove_alias, asked, unit_id)


def _rename(change: Any, asked: dict[str, Any], unit_id: int) -> dict[str, Any]:
    actor = caller()
    with transaction():
        unit = get_unit(actor, "unit.manage", min(unit_id, 2**31 - 1))
        change(unit, asked.get("name", ""), actor=actor.label)
        return {"names": names_of(unit)}


def _place(unit: OrgUnit) -> dict[str, Any]:
    return {
        "id": unit.id, "code": unit.public_id, "name": unit.name, "level": unit.level,
        "type": unit.type, "parent": parents_of([unit.id])[unit.id],
        "valid_from": unit.valid_from, "valid_to": unit.valid_to,
    }  # fmt: skip
