"""`GET /api/v1/differences`: one figure less another, with the error of the difference."""

from typing import Any

from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.indicators import LEVELS, find_round
from app.api.parameters import OnePlaceQuery, choose_project, choose_unit, number, text
from app.api.schemas import DifferencePage
from app.errors import BadRequest
from app.indicators.differences import Change, changes, contrasts


class DifferenceQuery(OnePlaceQuery):
    """Which figures are held against which."""

    against = text(description="Code of an earlier round: what changed since.")
    other = number(description="Id of another place of the same level, in the same round.")
    other_code = text(description="Its code, instead of its id.")
    level = fields.String(
        validate=OneOf(LEVELS),
        metadata={"description": "With “against”: all places of this level in it."},
    )
    round = text(description="Code of a round; the present one without.")
    indicator = text(description="Code of one indicator; all without.")
    by = text(description="Name of a breakdown, such as sex; undivided figures without.")
    project = number(description="Number of a project; the caller's first one without.")

    @validates_schema
    def names_one_comparison(self, data: dict[str, Any], **_: Any) -> None:
        """Another round or another place, not both."""
        if sum(name in data for name in ("against", "other", "other_code")) != 1:
            raise ValidationError("Say “against”, “other” or “other_code”, one of them.", "against")


@resource("/differences", query=DifferenceQuery, answer=DifferencePage)
@requires("indicator.read")
def list_differences(asked: dict[str, Any]) -> dict[str, Any]:
    """Changes of a place's figures since another round, or a place less another one

    Each has its own standard error: what both samples have in common is taken out.
    """
    return {"items": _found(asked), "next": None}


def _found(asked: dict[str, Any]) -> list[Change]:
    actor = caller()
    project_id = choose_project(actor, "indicator.read", asked.get("project"))
    unit = choose_unit(actor, "indicator.read", asked.get("unit"), asked.get("code"), None)
    round_ = find_round(project_id, asked.get("round"))
    narrow = {"indicator": asked.get("indicator"), "by": asked.get("by", "")}
    if "against" in asked:
        before = find_round(project_id, asked["against"])
        if before.id == round_.id:
            raise BadRequest("Two different rounds are compared.")
        level = asked.get("level", unit.level)
        return changes(actor, round_=round_, before=before, unit_id=unit.id, level=level, **narrow)
    other = choose_unit(actor, "indicator.read", asked.get("other"), asked.get("other_code"), None)
    if other.level != unit.level or other.id == unit.id:
        raise BadRequest("Two different places of one level are compared.")
    return contrasts(
        actor,
        round_=round_,
        unit_ids=(unit.id, other.id),
        level=unit.level,
        **narrow,
    )
