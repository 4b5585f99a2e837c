"""`GET /api/v1/releases`: what was given out, by whom, when and why, and what each changed."""

from typing import Any

from marshmallow import Schema, fields

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.cursors import read_start, write_cursor
from app.api.indicators import find_round
from app.api.parameters import LARGEST_ID, choose_project, limit, number, text
from app.api.schemas import FigureSchema
from app.indicators.excerpt import changes_from
from app.indicators.release_queries import get_release, list_releases
from app.indicators.restated import before_of


class ReleaseQuery(Schema):
    """Of which round."""

    round = text(description="Code of a round; the present one without.")
    project = number(description="Number of a project; the caller's first one without.")


class ReleaseSchema(Schema):
    """A state of a round that was given out and never changes."""

    release = fields.Integer(attribute="version")
    status = fields.String(metadata={"enum": ["provisional", "final"]})
    released_at = fields.AwareDateTime()
    released_by = fields.String()
    reason = fields.String(allow_none=True)
    villages_changed = fields.Function(lambda made: len(made.changes), metadata={"type": "integer"})
    rule = fields.Dict(metadata={"description": "What it withholds, and the legal note."})


class ReleasePage(Schema):
    """Releases, the newest first; there is one page."""

    items = fields.List(fields.Nested(ReleaseSchema))
    next = fields.String(allow_none=True)


class ChangesQuery(ReleaseQuery):
    """Of which round, and how much of it at a time."""

    limit = limit(1000, 10_000)
    next = text(200, "The text under “next” of the answer before.")


class RestatedSchema(Schema):
    """A figure before and after; before is null where there was none."""

    before = fields.Nested(FigureSchema, allow_none=True)
    after = fields.Nested(FigureSchema)


class ChangesSchema(Schema):
    """What a release changed in the figures of the province and its communes."""

    release = fields.Nested(ReleaseSchema)
    before = fields.Integer(
        allow_none=True, metadata={"description": "Number of the release it followed."}
    )
    items = fields.List(fields.Nested(RestatedSchema))
    next = fields.String(allow_none=True)


@resource("/releases", query=ReleaseQuery, answer=ReleasePage)
@requires("indicator.read")
def find_releases(asked: dict[str, Any]) -> dict[str, Any]:
    """What was given out of a round: by whom, when, why, and under which rule"""
    project_id = choose_project(caller(), "indicator.read", asked.get("project"))
    round_ = find_round(project_id, asked.get("round"))
    return {"items": list_releases(round_.id), "next": None}


@resource(f"/releases/<int(max={LARGEST_ID}):version>", query=ChangesQuery, answer=ChangesSchema)
@requires("indicator.read")
def show_release_changes(asked: dict[str, Any], version: int) -> dict[str, Any]:
    """One release with each undivided figure that it changed, before and after

    Figures of the province and its communes, as far as the caller's rights go; what a release
    withholds from the caller stays withheld. Place by place: the figures of one come together.
    """
    actor = caller()
    project_id = choose_project(actor, "indicator.read", asked.get("project"))
    round_ = find_round(project_id, asked.get("round"))
    made = get_release(round_.id, version)
    before = before_of(made)
    items, told = changes_from(actor, round_, made, read_start(asked.get("next")), asked["limit"])
    return {
        "release": made,
        "before": before and before.version,
        "items": items,
        "next": None if told is None else write_cursor([told]),
    }
