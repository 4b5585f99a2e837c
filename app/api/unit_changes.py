"""Changes of places, with a preview of what they do, and taking them back."""

from typing import Any

from marshmallow import Schema
from marshmallow.fields import Boolean, Date, Float, Integer, List, Nested, String
from marshmallow.validate import Length, OneOf, Range

from app import regrouping
from app.access import requires
from app.accounts.territory import get_unit
from app.api.blueprint import caller, resource
from app.api.parameters import LARGEST_ID, number, text
from app.api.place_schemas import EventSchema
from app.api.schemas import UnitSchema
from app.db import transaction
from app.errors import BadRequest
from app.households.moves import Point
from app.org_units.changes import Decision, Newcomer
from app.org_units.models import OrgUnit, OrgUnitEvent
from app.org_units.queries import codes_of
from app.regrouping import Effects


class NewcomerSchema(Schema):
    """A place that a change makes."""

    name = text()
    type = text(50)
    code = text(5, "Official code; none for villages.")
    takes = List(Integer(), metadata={"description": "Ids of places inside that go to it."})
    longitude = Float(validate=Range(-180, 180))
    latitude = Float(validate=Range(-90, 90))


class HouseSchema(Schema):
    """Where a household of a divided village goes."""

    household = text()
    village = text(description="Name of a new village; or give a point.")
    longitude = Float(validate=Range(-180, 180))
    latitude = Float(validate=Range(-90, 90))


class ChangeBody(Schema):
    """A change of places."""

    kind = String(required=True, validate=OneOf(("merge", "split", "rename", "retype", "move")))
    on = Date(required=True, metadata={"description": "The first day it holds."})
    legal_ref = String(required=True, validate=Length(1, 500))
    units = List(number(), required=True, validate=Length(1, 200))
    into = List(Nested(NewcomerSchema), load_default=list, validate=Length(0, 50))
    houses = List(Nested(HouseSchema), load_default=list)
    by_gps = Boolean(
        load_default=False,
        metadata={"description": "Households without a say go to the nearest new village."},
    )
    name = text()
    type = text(50)
    parent = number()
    preview = Boolean(load_default=False)


class EffectsSchema(Schema):
    """What a change did, or would do."""

    event = Nested(EventSchema)
    ended = List(Nested(UnitSchema))
    made = List(Nested(UnitSchema))
    changed = List(Nested(UnitSchema))
    households = Integer()
    phones = Integer()
    people = Integer()


@resource("/units/changes", body=ChangeBody, answer=EffectsSchema, method="POST")
@requires("unit.manage")
def change_units(asked: dict[str, Any]) -> dict[str, Any]:
    """Enters a merge, split, rename, retype or move, or shows what it would do"""
    actor = caller()
    parent = [asked["parent"]] if "parent" in asked else []
    inside = [unit for newcomer in asked["into"] for unit in newcomer.get("takes", ())]
    for unit_id in (*asked["units"], *parent, *inside):
        get_unit(actor, "unit.manage", unit_id)
    decision = Decision(asked["on"], asked["legal_ref"], actor.label)
    with transaction():
        if asked["preview"]:
            return _answer(regrouping.preview(lambda: _change(asked, decision)))
        return _answer(_change(asked, decision))


@resource("/units/changes/<int:event_id>/undo", answer=EventSchema, method="POST")
@requires("unit.manage")
def undo_change(event_id: int) -> OrgUnitEvent:
    """Takes a change back, as long as nothing rests on it"""
    regrouping.get_change(caller(), min(event_id, LARGEST_ID), "unit.manage")
    with transaction():
        return regrouping.take_back(event_id, caller().label)


def _change(asked: dict[str, Any], decision: Decision) -> Effects:
    units, kind = asked["units"], asked["kind"]
    into = [_newcomer(one) for one in asked["into"]]
    if kind == "merge":
        if len(into) != 1:
            raise BadRequest("Say with “into” which one place they become.")
        return regrouping.merge(units, into[0], decision)
    if len(units) != 1:
        raise BadRequest("This change is of one place.")
    if kind == "split":
        houses = dict(map(_house, asked["houses"]))
        return regrouping.split(units[0], into, decision, houses, by_gps=asked["by_gps"])
    needed = {"rename": "name", "retype": "type", "move": "parent"}[kind]
    if needed not in asked:
        raise BadRequest("Say what is new with “%(field)s”.", field=needed)
    change: Any = getattr(regrouping, kind)
    effects: Effects = change(units[0], asked[needed], decision)
    return effects


def _newcomer(said: dict[str, Any]) -> Newcomer:
    takes = tuple(said.get("takes", ()))
    return Newcomer(
        said.get("name", ""), said.get("type", ""), said.get("code"), takes,
        said.get("longitude"), said.get("latitude"),
    )  # fmt: skip


def _house(said: dict[str, Any]) -> tuple[str, str | Point]:
    code = said.get("household", "")
    if "village" in said:
        return code, said["village"]
    if "longitude" in said and "latitude" in said:
        return code, Point(said["longitude"], said["latitude"])
    raise BadRequest("Give each household a village or a point.")


def _answer(effects: Effects) -> dict[str, Any]:
    return {
        "event": effects.event,
        "ended": _named(effects.ended),
        "made": _named(effects.made),
        "changed": _named(effects.changed),
        "households": effects.households,
        "phones": effects.phones,
        "people": effects.people,
    }


def _named(units: Any) -> list[dict[str, Any]]:
    known: list[OrgUnit] = list(units)
    codes = codes_of(unit.id for unit in known)
    return [
        {"id": unit.id, "code": codes.get(unit.id, unit.public_id), "name": unit.name,
         "level": unit.level}
        for unit in known
    ]  # fmt: skip
