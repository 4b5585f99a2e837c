"""`GET /api/v1/rounds`: the survey rounds of a project, with their settings and samples."""

from typing import Any

from marshmallow import Schema

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.parameters import choose_project, number
from app.api.schemas import RoundPage
from app.org_units.queries import codes_of
from app.rounds.models import Round
from app.rounds.queries import list_rounds, plan_of
from app.samples.queries import find_sample


class RoundQuery(Schema):
    """Whose rounds are asked for."""

    project = number(description="Id of the project; the account's first one without.")


@resource("/rounds", query=RoundQuery, answer=RoundPage)
@requires("indicator.read")
def find_rounds(asked: dict[str, Any]) -> dict[str, Any]:
    """Survey rounds, the newest first"""
    project_id = choose_project(caller(), "indicator.read", asked.get("project"))
    return {"items": [_round(found) for found in list_rounds(project_id)], "next": None}


def _round(found: Round) -> dict[str, Any]:
    plan, sample = plan_of(found), find_sample(found.id)
    codes = codes_of([plan.org_unit_id]) if plan.org_unit_id else {}
    return {
        "code": found.code,
        "name": plan.name,
        "starts_on": plan.starts_on,
        "ends_on": plan.ends_on,
        "design": plan.design,
        "valid_for": plan.valid_for,
        "frozen_on": plan.frozen_on,
        "legal_basis": plan.legal_basis,
        "place": codes.get(plan.org_unit_id or 0),
        "deadlines": [{"due_on": day, "name": name} for day, name in plan.deadlines],
        "sample": sample
        and {
            "kind": sample.kind,
            "households": sample.drawn,
            "frame": sample.frame,
            "seed": sample.seed,
            "frame_sha256": sample.frame_sha256,
        },
    }
