"""`GET /api/v1/indicators/revisited`: what changed among households that were visited again."""

from typing import Any

from flask import Response, jsonify
from marshmallow import Schema, fields

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.parameters import OnePlaceQuery, choose_project, choose_unit, number, text
from app.api.schemas import UnitSchema
from app.clock import today
from app.db import db
from app.errors import NotFound
from app.forms.models import Form
from app.indicators.lookup import find_indicator
from app.indicators.revisits import revisited
from app.org_units.queries import codes_of
from app.rounds.queries import current_round, get_round


class RevisitedQuery(OnePlaceQuery):
    """Of which place and indicator, and between which days."""

    indicator = fields.String(required=True, metadata={"description": "Code of an indicator."})
    since = fields.Date(required=True, metadata={"description": "The end of this day is compared"})
    as_of = fields.Date(metadata={"description": "with the end of this one; with today without."})
    round = text(description="Code of a round; the present one without.")
    project = number(description="Number of a project; the caller's first one without.")


class RevisitedAnswer(Schema):
    """The indicator among the same households on both days; null where there are none."""

    unit = fields.Nested(UnitSchema)
    round = fields.String()
    indicator = fields.String()
    since = fields.Date()
    as_of = fields.Date()
    households = fields.Integer()
    before = fields.Float(allow_none=True)
    after = fields.Float(allow_none=True)
    difference = fields.Float(allow_none=True)
    se = fields.Float(
        allow_none=True, metadata={"description": "Standard error of the difference, paired."}
    )
    ci = fields.List(
        fields.Float(),
        allow_none=True,
        metadata={"description": "95 % interval of the difference."},
    )
    df = fields.Integer(allow_none=True)


@resource("/indicators/revisited", query=RevisitedQuery, answer=RevisitedAnswer)
@requires("indicator.read")
def show_revisited(asked: dict[str, Any]) -> Response:
    """What changed among households that were visited again

    For those who may read interviews in the place, and indicators of a household's form.
    """
    actor = caller()
    project_id = choose_project(actor, "indicator.read", asked.get("project"))
    unit = choose_unit(actor, "indicator.read", asked.get("unit"), asked.get("code"), None)
    indicator = find_indicator(project_id, asked["indicator"].replace("\0", ""))
    if indicator is None:
        raise NotFound("There is no indicator “%(code)s”.", code=asked["indicator"])
    code = asked.get("round")
    round_ = get_round(project_id, code) if code else current_round(project_id)
    if round_ is None:
        raise NotFound("No round has been opened yet.")
    until = asked.get("as_of", today())
    form = db.session.get_one(Form, indicator.form_id)
    found = revisited(
        actor, form, indicator, round_=round_, unit_id=unit.id, since=asked["since"], until=until
    )
    place = {
        "id": unit.id,
        "code": unit.public_id or codes_of([unit.id]).get(unit.id),
        "name": unit.name,
        "level": unit.level,
    }
    said = {
        "unit": place, "round": round_.code, "indicator": indicator.code,
        "since": asked["since"], "as_of": until, "households": found.households if found else 0,
    }  # fmt: skip
    names = ("before", "after", "difference", "se", "ci", "df")
    return jsonify(RevisitedAnswer().dump(said | {n: getattr(found, n, None) for n in names}))
