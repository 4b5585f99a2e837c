"""Places of any day: found, one by one, with their history, and which became which."""

from datetime import date
from typing import Any

from marshmallow import Schema
from marshmallow.fields import Boolean, Date, String
from marshmallow.validate import OneOf

from app.access import requires
from app.accounts.territory import UnitFilter, find_units, get_unit, parents_of
from app.api.blueprint import caller, resource
from app.api.cursors import read_cursor, write_cursor
from app.api.errors import BadParameters
from app.api.indicators import LEVELS
from app.api.parameters import LARGEST_ID, limit, number, text
from app.api.place_schemas import CrosswalkPage, HistorySchema, PlacePage, PlaceSchema
from app.org_units import crosswalk
from app.org_units.crosswalk import Edge
from app.org_units.history import history_of
from app.org_units.models import OrgUnit
from app.org_units.queries import codes_of, last_codes

DAY = {"description": "The day as of which places are asked for; today without."}


class UnitQuery(Schema):
    """Which places are asked for."""

    level = String(validate=OneOf(LEVELS))
    q = text(description="Part of its name, a former one or an alias; marks or no marks.")
    below = number(description="Id of a place around them, near or far.")
    parent = number(description="Id of the place right above them.")
    code = text(description="Official code on the day, or a village's id (T-…).")
    on = Date(metadata=DAY)
    ever = Boolean(
        load_default=False,
        metadata={"description": "Also places of other days, with the code each had last."},
    )
    limit = limit(200, 1000)
    next = text(200, "The text under “next” of the answer before.")


class DayQuery(Schema):
    """Nothing, or a day."""

    on = Date(metadata=DAY)


class CrosswalkQuery(Schema):
    """Which successions are asked for."""

    unit = number(description="Id of a place: what became of it, and what it came from.")
    level = String(validate=OneOf(LEVELS))
    limit = limit(1000, 10_000)
    next = text(200, "The text under “next” of the answer before.")


@resource("/units", query=UnitQuery, answer=PlacePage)
@requires("unit.read")
def list_units(asked: dict[str, Any]) -> dict[str, Any]:
    """Places of the caller's territory on a day, in Vietnamese alphabetical order

    Those whose name is exactly what is looked for come first.
    """
    offset, most, on = _offset(asked.get("next")), asked["limit"], asked.get("on")
    wanted = UnitFilter(
        asked.get("level"), asked.get("q"), asked.get("below"), asked.get("parent"),
        asked.get("code"), on, asked["ever"],
    )  # fmt: skip
    found = find_units(caller(), "unit.read", wanted, limit=most + 1, offset=offset)
    following = write_cursor([offset + most]) if len(found) > most else None
    return {"items": _places(found[:most], on, ever=asked["ever"]), "next": following}


@resource("/units/<int:unit_id>", query=DayQuery, answer=PlaceSchema)
@requires("unit.read")
def show_unit(asked: dict[str, Any], unit_id: int) -> dict[str, Any]:
    """One place, present or past, with its days"""
    return _places([_unit(unit_id)], asked.get("on"))[0]


@resource("/units/<int:unit_id>/history", answer=HistorySchema)
@requires("unit.read")
def show_history(unit_id: int) -> dict[str, Any]:
    """Where a place's ground came from and went, its names, and what it lay in"""
    unit = _unit(unit_id)
    history = history_of(unit)
    return {
        "unit": _places([unit], unit.valid_from)[0],
        "codes": history.codes,
        "came_from": [_edge(edge) for edge in history.came_from],
        "went_to": [_edge(edge) for edge in history.went_to],
        "names": history.names,
        "parents": [
            {"id": lay.unit.id, "name": lay.unit.name, "first": lay.first, "last": lay.last}
            for lay in history.parents
        ],
        "events": history.events,
    }


@resource("/crosswalk", query=CrosswalkQuery, answer=CrosswalkPage)
@requires("unit.read")
def list_crosswalk(asked: dict[str, Any]) -> dict[str, Any]:
    """Which place became which, whole or in part, with the codes of their own days

    The whole country's: codes and names of places are no secret.
    """
    offset, most = _offset(asked.get("next")), asked["limit"]
    touching = [asked["unit"]] if "unit" in asked else []
    found = crosswalk.edges(
        touching=touching, level=asked.get("level"), limit=most + 1, offset=offset
    )
    following = write_cursor([offset + most]) if len(found) > most else None
    return {"items": [_edge(edge) for edge in found[:most]], "next": following}


def _unit(unit_id: int) -> OrgUnit:
    if unit_id > LARGEST_ID:
        unit_id = 0
    return get_unit(caller(), "unit.read", unit_id)


def _places(units: Any, on: date | None, *, ever: bool = False) -> list[dict[str, Any]]:
    ids = [unit.id for unit in units]
    codes, parents = codes_of(ids, on), parents_of(ids, on)
    if ever:
        codes = last_codes(ids) | codes
    return [
        {
            "id": unit.id,
            "code": codes.get(unit.id),
            "name": unit.name,
            "level": unit.level,
            "type": unit.type,
            "parent": parents.get(unit.id),
            "valid_from": unit.valid_from,
            "valid_to": unit.valid_to,
        }
        for unit in units
    ]


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "from": {"id": edge.before.id, "code": edge.before_code, "name": edge.before.name,
                 "level": edge.before.level},
        "to": {"id": edge.after.id, "code": edge.after_code, "name": edge.after.name,
               "level": edge.after.level},
        "on": edge.on,
        "extent": edge.extent,
    }  # fmt: skip


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    match read_cursor(cursor):
        case [int(offset)] if 0 < offset <= LARGEST_ID:
            return offset
    raise BadParameters("“next” is not from an answer of ours. Start without it.")
