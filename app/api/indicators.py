"""`GET /api/v1/indicators`: figures of places, as JSON or CSV."""

from typing import Any

import orjson
from flask import Response, request
from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import OneOf

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.cursors import Key, page_after
from app.api.parameters import OnePlaceQuery, choose_project, choose_unit, limit, number, text
from app.api.schemas import FigurePage, figure_object
from app.errors import NotFound
from app.indicators.figures import Figure
from app.indicators.lookup import breakdown_names, find_indicator
from app.indicators.queries import find_figures
from app.indicators.release_queries import get_release
from app.indicators.table import figures_csv
from app.org_units.load import LAST_OLD_DAY
from app.rounds.models import Round
from app.rounds.queries import current_round, get_round

LEVELS = ("province", "district", "commune", "village")
CSV, JSON = "text/csv", "application/json"


class FigureQuery(OnePlaceQuery):
    """Which figures are asked for."""

    on = fields.Date(
        metadata={"description": "The day of the code and of all boundaries; today without."}
    )
    boundaries = fields.String(
        validate=OneOf(("old", "new")),
        metadata={
            "description": "“old” means as on 30 June 2025, “new” as today; instead of “on”."
        },
    )
    level = fields.String(
        validate=OneOf(LEVELS),
        metadata={"description": "Figures of all places of this level in it; its own without."},
    )
    round = text(description="Code of a round; the present one without.")
    indicator = text(description="Code of one indicator; all without.")
    by = text(description="Name of a breakdown, such as sex; undivided figures without.")
    project = number(description="Number of a project; the caller's first one without.")
    release = number(description="Number of a release; what is so now, or the newest, without.")
    as_of = fields.Date(
        metadata={"description": "Figures as they stood at the end of this day; now without."}
    )
    format = fields.String(
        validate=OneOf(("json", "csv")), metadata={"description": "Instead of an Accept header."}
    )
    limit = limit(1000, 10_000)
    next = text(2000, "The text under “next” of the answer before.")

    @validates_schema
    def names_one_day(self, data: dict[str, Any], **_: Any) -> None:
        """A day, or the word for it."""
        if "on" in data and "boundaries" in data:
            raise ValidationError("Say “on” or “boundaries”, not both.", "boundaries")

    @validates_schema
    def names_one_state(self, data: dict[str, Any], **_: Any) -> None:
        """A release, or a day."""
        if "release" in data and "as_of" in data:
            raise ValidationError("Say “release” or “as_of”, not both.", "as_of")


@resource("/indicators", query=FigureQuery, answer=FigurePage)
@requires("indicator.read")
def list_figures(asked: dict[str, Any]) -> Response:
    """Figures of a place, or of all places of a level in it

    Rates are never averaged: they are quotients of sums. What is not available is null, never 0.
    A CSV holds all figures at once.
    """
    figures = _figures(asked)
    if _wants_csv(asked):
        response = Response(figures_csv(figures), mimetype=CSV)
    else:
        keys = [_key(figure) for figure in figures]
        items, following = page_after(figures, keys, asked.get("next"), asked["limit"])
        page = {"items": [figure_object(figure) for figure in items], "next": following}
        response = Response(orjson.dumps(page), mimetype=JSON)
    response.add_etag()
    response.make_conditional(request)
    response.headers.pop("Date", None)  # the server writes it
    return response


def _figures(asked: dict[str, Any]) -> list[Figure]:
    actor = caller()
    project_id = choose_project(actor, "indicator.read", asked.get("project"))
    on = LAST_OLD_DAY if asked.get("boundaries") == "old" else asked.get("on")
    unit = choose_unit(actor, "indicator.read", asked.get("unit"), asked.get("code"), on)
    indicator, by = asked.get("indicator"), asked.get("by", "")
    if indicator is not None and find_indicator(project_id, indicator) is None:
        raise NotFound("There is no indicator “%(code)s”.", code=indicator)
    if by and by not in breakdown_names(project_id):
        raise NotFound("There is no breakdown “%(name)s”.", name=by)
    round_ = find_round(project_id, asked.get("round"))
    return find_figures(
        actor,
        round_=round_,
        unit_id=unit.id,
        level=asked.get("level", unit.level),
        indicator=indicator,
        by=by,
        on=on,
        release=get_release(round_.id, asked["release"]) if "release" in asked else None,
        as_of=asked.get("as_of"),
    )


def find_round(project_id: int, code: str | None) -> Round:
    """The round with a code, the present one without; `NotFound`."""
    found = get_round(project_id, code) if code else current_round(project_id)
    if found is None:
        raise NotFound("No round has been opened yet.")
    return found


def _wants_csv(asked: dict[str, Any]) -> bool:
    accepted = request.accept_mimetypes.best_match([JSON, CSV], default=JSON)
    return bool(asked.get("format", "csv" if accepted == CSV else "json") == "csv")


def _key(figure: Figure) -> Key:
    return [figure.unit_id, figure.indicator, figure.breakdown, figure.breakdown_value]
