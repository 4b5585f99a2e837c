"""Kinds of parameters, and the things that callers name with them."""

from collections.abc import Callable
from datetime import date
from typing import Any

from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, Range

from app.accounts.actors import Actor
from app.accounts.territory import get_unit
from app.clock import today
from app.errors import Conflict, NotFound
from app.org_units.crosswalk import find_as_of, on_date
from app.org_units.models import OrgUnit
from app.org_units.queries import find_by_code, find_village

LARGEST_ID = 2**31 - 1
LARGEST_RECORD = 2**63 - 1
ONE_WAY = "Name the place by “unit” or by “code”."


def _without_nul(text: str) -> None:
    if "\0" in text:
        raise ValidationError("A text cannot hold the NUL character.")


def text(longest: int = 200, description: str = "") -> fields.String:
    """A text that the database can hold."""
    checks: list[Callable[[str], object]] = [Length(1, longest), _without_nul]
    return fields.String(validate=checks, metadata={"description": description})


def number(largest: int = LARGEST_ID, description: str = "") -> fields.Integer:
    """An id or a count, from 1."""
    return fields.Integer(validate=Range(1, largest), metadata={"description": description})


def limit(default: int, largest: int) -> fields.Integer:
    """How many items to answer at most."""
    return fields.Integer(
        load_default=default,
        validate=Range(1, largest),
        metadata={"description": "How many items at most; “next” continues."},
    )


class PlaceQuery(Schema):
    """The two ways to name a place."""

    unit = number(description="Id of a place; or give its code.")
    code = text(description="Official code of a province or commune, or a village's id (T-…).")

    @validates_schema
    def names_no_two_places(self, data: dict[str, Any], **_: Any) -> None:
        """One of the two ways, since the other one would be passed over."""
        if "unit" in data and "code" in data:
            raise ValidationError(ONE_WAY, "unit")


class OnePlaceQuery(PlaceQuery):
    """A place, which has to be named."""

    @validates_schema
    def names_one_place(self, data: dict[str, Any], **_: Any) -> None:
        """One of the two ways to name it."""
        if not {"unit", "code"} & data.keys():
            raise ValidationError(ONE_WAY, "unit")


def choose_project(actor: Actor, capability: str, wanted: int | None) -> int:
    """The project asked for, else the caller's first one; `NotFound` when it is not theirs."""
    projects = actor.projects(capability)
    if not projects or (wanted is not None and wanted not in projects):
        raise NotFound("There is no such project for you.")
    return wanted or projects[0]


def choose_unit(
    actor: Actor, capability: str, unit: int | None, code: str | None, on: date | None
) -> OrgUnit:
    """The place with an id, or with an official code (a village's own id), on a date.

    A place that is not there on the date stands for the one that has all of its ground then.
    """
    if code is not None:
        found = find_by_code(code, on=on) or find_village(code) or find_as_of(code, on)
        unit = found.id if found else None
    if unit is None:
        raise NotFound("There is no such place, or you may not see it.")
    place = get_unit(actor, capability, unit)
    matches = on_date(place.id, on or today())
    if not matches:
        raise NotFound("Nobody knows what this place was on that day.")
    if len(matches) > 1:
        several = ", ".join(f"{match.unit.name} ({match.unit.id})" for match in matches)
        raise Conflict("On that day this was %(several)s. Ask for one of them.", several=several)
    return place if matches[0].unit is place else get_unit(actor, capability, matches[0].unit.id)
