"""`/api/v1/trash` and `/api/v1/purges`: interviews thrown away, brought back, removed for good."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields

from app import pipeline
from app.access import requires
from app.api.blueprint import caller, resource
from app.api.cursors import read_record, write_cursor
from app.api.parameters import LARGEST_RECORD, limit, text
from app.api.schemas import UnitSchema
from app.db import transaction
from app.org_units.queries import codes_of, get_unit
from app.submissions import trash
from app.submissions.models import Purge, TrashedSubmission
from app.submissions.purge import list_purges

RECORD = f"int(max={LARGEST_RECORD})"


class TrashQuery(Schema):
    """Which page is asked for."""

    limit = limit(100, 1000)
    next = text(200, "The text under “next” of the answer before.")


class ReasonBody(Schema):
    """Why."""

    reason = text(trash.LONGEST_REASON, "It stays on record.")


class TrashedSchema(Schema):
    """An interview that lies in the trash."""

    id = fields.Integer()
    unit = fields.Nested(UnitSchema)
    trashed_at = fields.AwareDateTime()
    trashed_by = fields.String(metadata={"description": "As `user:3`, or `operator`."})
    reason = fields.String()


class TrashPage(Schema):
    """What lies in the trash, the newest number first."""

    items = fields.List(fields.Nested(TrashedSchema))
    next = fields.String(allow_none=True)


class PurgeSchema(Schema):
    """An interview that was removed for good, and the hash that proves it."""

    id = fields.Integer(attribute="submission_id")
    purged_at = fields.AwareDateTime()
    purged_by = fields.String(attribute="actor")
    reason = fields.String()
    legal_basis = fields.String(allow_none=True)
    proof = fields.Function(lambda purge: purge.proof.hex(), metadata={"type": "string"})


class PurgePage(Schema):
    """What was purged, the latest first."""

    items = fields.List(fields.Nested(PurgeSchema))
    next = fields.String(allow_none=True)


class MovedSchema(Schema):
    """Which interview it is about."""

    id = fields.Integer()


@resource("/trash", query=TrashQuery, answer=TrashPage)
@requires(trash.CAPABILITY)
def list_trash(asked: dict[str, Any]) -> dict[str, Any]:
    """Interviews in the trash"""
    found = trash.list_trash(caller(), asked["limit"] + 1, before=read_record(asked.get("next")))
    shown = found[: asked["limit"]]
    codes = codes_of({one.unit_id for one in shown})
    following = write_cursor([shown[-1].id]) if len(found) > len(shown) else None
    return {"items": [_trashed(one, codes) for one in shown], "next": following}


def _trashed(one: TrashedSubmission, codes: Mapping[int, str]) -> dict[str, Any]:
    unit = get_unit(one.unit_id)
    place = {"id": unit.id, "code": codes.get(unit.id), "name": unit.name, "level": unit.level}
    return {
        "id": one.id,
        "unit": place,
        "trashed_at": one.trashed_at,
        "trashed_by": one.actor,
        "reason": one.reason,
    }


@resource("/purges", query=TrashQuery, answer=PurgePage)
@requires(trash.CAPABILITY)
def list_purged(asked: dict[str, Any]) -> dict[str, Any]:
    """Interviews that were removed for good"""
    found: list[Purge] = list_purges(
        caller(), asked["limit"] + 1, before=read_record(asked.get("next"))
    )
    shown = found[: asked["limit"]]
    following = write_cursor([shown[-1].id]) if len(found) > len(shown) else None
    return {"items": shown, "next": following}


@resource(
    f"/submissions/<{RECORD}:submission_id>/trash",
    method="POST",
    body=ReasonBody,
    answer=MovedSchema,
)
@requires(trash.CAPABILITY)
def throw_submission_away(said: dict[str, Any], submission_id: int) -> dict[str, Any]:
    """Put an interview into the trash; figures follow"""
    with transaction():
        pipeline.throw_away(submission_id, said.get("reason", ""), caller())
    return {"id": submission_id}


@resource(f"/trash/<{RECORD}:submission_id>/restore", method="POST", answer=MovedSchema)
@requires(trash.CAPABILITY)
def restore_submission(submission_id: int) -> dict[str, Any]:
    """Take an interview out of the trash, as it was"""
    with transaction():
        pipeline.restore(submission_id, caller())
    return {"id": submission_id}
