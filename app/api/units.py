"""`GET /api/v1/units`: the places of a caller, with the ids that other questions take."""

from typing import Any

from marshmallow import Schema
from marshmallow.fields import String
from marshmallow.validate import OneOf

from app.access import requires
from app.accounts.territory import UnitFilter, find_units, parents_of
from app.api.blueprint import caller, resource
from app.api.cursors import read_cursor, write_cursor
from app.api.errors import BadParameters
from app.api.indicators import LEVELS
from app.api.parameters import LARGEST_ID, limit, number, text
from app.api.schemas import PlacePage
from app.org_units.queries import codes_of


class UnitQuery(Schema):
    """Which places are asked for."""

    level = String(validate=OneOf(LEVELS))
    q = text(description="Part of the name, with or without Vietnamese marks.")
    below = number(description="Id of the place around them.")
    code = text(description="Official code today, or a village's id (T-…).")
    limit = limit(200, 1000)
    next = text(200, "The text under “next” of the answer before.")


@resource("/units", query=UnitQuery, answer=PlacePage)
@requires("unit.read")
def list_units(asked: dict[str, Any]) -> dict[str, Any]:
    """Places of the caller's territory, in Vietnamese alphabetical order"""
    offset, most = _offset(asked.get("next")), asked["limit"]
    wanted = UnitFilter(asked.get("level"), asked.get("q"), asked.get("below"), asked.get("code"))
    found = find_units(caller(), "unit.read", wanted, limit=most + 1, offset=offset)
    units = found[:most]
    codes = codes_of(unit.id for unit in units)
    parents = parents_of(unit.id for unit in units)
    items = [
        {
            "id": unit.id,
            "code": codes.get(unit.id),
            "name": unit.name,
            "level": unit.level,
            "type": unit.type,
            "parent": parents.get(unit.id),
        }
        for unit in units
    ]
    return {"items": items, "next": write_cursor([offset + most]) if len(found) > most else None}


def _offset(cursor: str | None) -> int:
    if cursor is None:
        return 0
    match read_cursor(cursor):
        case [int(offset)] if 0 < offset <= LARGEST_ID:
            return offset
    raise BadParameters("“next” is not from an answer of ours. Start without it.")
