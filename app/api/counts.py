"""`/api/v1/counts`: what others count, beside the survey's figures."""

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.parameters import OnePlaceQuery, choose_project, choose_unit, number, text
from app.api.schemas import UnitSchema
from app.counts.queries import CAPABILITY, Compared, find_counts
from app.errors import NotFound
from app.org_units.models import OrgUnit
from app.org_units.queries import code_of
from app.rounds.models import Round
from app.rounds.queries import current_round, get_round


class OfRound(Schema):
    """Which round's figures stand beside the counts."""

    project = number(description="Id of the project; the account's first one without.")
    round = text(description="Code of a round; the present one without.")


class CountQuery(OnePlaceQuery, OfRound):
    """Which counts are asked for."""

    level = fields.String(
        validate=OneOf(("province", "commune", "village")),
        metadata={"description": "Counts of all places of this level in it; its own without."},
    )
    indicator = text(description="Code of one indicator; all without.")


class CountSchema(Schema):
    """A count in the newest version of its table."""

    unit = fields.Nested(UnitSchema)
    indicator = fields.String()
    table = fields.String()
    version = fields.Integer()
    source = fields.String()
    document = fields.String()
    as_of = fields.Date()
    legal_basis = fields.String()
    numerator = fields.Float()
    denominator = fields.Float(allow_none=True)
    counted = fields.Float(metadata={"description": "The share; without denominator the number."})
    survey = fields.Float(
        allow_none=True, metadata={"description": "The survey's share or number."}
    )
    ci = fields.List(fields.Float(), allow_none=True)
    difference = fields.Float(
        allow_none=True,
        metadata={"description": "Of shares in points (0.05 is 5 points), of numbers relative."},
    )
    task = fields.String(allow_none=True, metadata={"enum": ["open", "closed", None]})


class CountPage(Schema):
    """Counts; there is one page."""

    items = fields.List(fields.Nested(CountSchema))
    next = fields.String(allow_none=True)


@resource("/counts", query=CountQuery, answer=CountPage)
@requires(CAPABILITY)
def list_counts(asked: dict[str, Any]) -> dict[str, Any]:
    """Counts of operators and departments, beside the survey's figures"""
    round_ = find_round_of(asked)
    unit = choose_unit(caller(), CAPABILITY, asked.get("unit"), asked.get("code"), None)
    found = find_counts(
        caller(),
        round_,
        unit_id=unit.id,
        level=asked.get("level"),
        indicator=asked.get("indicator"),
    )
    return {"items": [_count(one) for one in found], "next": None}


def find_round_of(asked: dict[str, Any]) -> Round:
    """The round asked for, else the present one; raises `NotFound`."""
    project_id = choose_project(caller(), CAPABILITY, asked.get("project"))
    wanted = asked.get("round")
    found = get_round(project_id, wanted) if wanted else current_round(project_id)
    if found is None:
        raise NotFound("No round has been opened yet.")
    return found


def _count(one: Compared) -> dict[str, Any]:
    table, beside = one.count.table, one.beside
    task = one.task and ("closed" if one.task.closed_at else "open")
    return {
        "unit": unit_of(one.count.unit),
        "indicator": one.count.indicator,
        "table": table.code,
        **{
            name: getattr(table, name)
            for name in ("version", "source", "document", "as_of", "legal_basis")
        },
        "numerator": float(one.count.numerator),
        "denominator": one.count.denominator and float(one.count.denominator),
        "counted": beside.counted,
        "survey": beside.survey,
        "ci": beside.ci,
        "difference": beside.difference,
        "task": task,
    }


def unit_of(unit: OrgUnit) -> dict[str, Any]:
    """A place as machines get it."""
    return {"id": unit.id, "code": code_of(unit), "name": unit.name, "level": unit.level}
