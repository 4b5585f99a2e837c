"""`/api/v1/submissions`: interviews listed, read, and decided."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from app import pipeline
from app.access import requires
from app.api.blueprint import caller, resource
from app.api.cursors import read_record, write_cursor
from app.api.parameters import (
    LARGEST_RECORD,
    OnePlaceQuery,
    choose_project,
    choose_unit,
    limit,
    number,
    text,
)
from app.api.schemas import QueuePageSchema, SubmissionSchema
from app.db import db, transaction
from app.errors import NotFound
from app.forms.models import Form
from app.forms.queries import find_form
from app.org_units.models import OrgUnit
from app.org_units.queries import code_of, codes_of, get_unit
from app.review.newest import STATE_FILTERS, QueueFilter
from app.review.queries import QueueItem, decisions_of, flags_of, review_queue
from app.submissions.models import Submission
from app.submissions.queries import (
    attachments_of,
    contents_of,
    get_submission,
    versions_of,
)

RECORD = f"int(max={LARGEST_RECORD})"


class SubmissionQuery(OnePlaceQuery):
    """Which interviews are asked for, and of which place."""

    on = fields.Date(metadata={"description": "The day on which the code is valid; today without."})
    state = fields.String(validate=OneOf(tuple(STATE_FILTERS)))
    form = text(description="Id of a form, such as xhs_ho.")
    flagged = fields.Boolean(metadata={"description": "Only those with, or without, doubts."})
    q = text(200, "A number, an instance id, a surveyor, or how a household's code begins.")
    project = number(description="Number of a project; the caller's first one without.")
    limit = limit(100, 1000)
    next = text(200, "The text under “next” of the answer before.")


class DecisionBody(Schema):
    """A decision about an interview."""

    state = fields.String(required=True, validate=OneOf(("approved", "rejected", "received")))
    reason = text(2000, "Required to reject.")
    version = number(
        LARGEST_RECORD, "The version that was looked at; a newer one makes it a conflict."
    )


@resource("/submissions", query=SubmissionQuery, answer=QueuePageSchema)
@requires("submission.read")
def list_submissions(asked: dict[str, Any]) -> dict[str, Any]:
    """Interviews of a place and of all places in it, newest first"""
    actor = caller()
    project_id = choose_project(actor, "submission.read", asked.get("project"))
    unit = choose_unit(
        actor, "submission.read", asked.get("unit"), asked.get("code"), asked.get("on")
    )
    wanted = QueueFilter(
        project_id=project_id,
        unit_id=unit.id,
        state=asked.get("state"),
        form_id=_form_id(project_id, asked.get("form")),
        flagged=asked.get("flagged"),
        text=asked.get("q", "").strip(),
    )
    page = review_queue(actor, wanted, before=read_record(asked.get("next")), limit=asked["limit"])
    following = write_cursor([page.next_before]) if page.next_before else None
    codes = codes_of({item.unit.id for item in page.items})
    return {"items": [_line(item, codes) for item in page.items], "next": following}


def _line(item: QueueItem, codes: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": item.id,
        "state": item.state,
        "received_at": item.received_at,
        "form": item.xml_form_id,
        "unit": _unit(item.unit, codes.get(item.unit.id)),
        "household": item.household,
        "person_no": item.person_no,
        "interviewed_on": item.interviewed_on,
        "outcome": item.outcome,
        "flags": item.flags,
    }


def _unit(unit: OrgUnit, code: str | None) -> dict[str, Any]:
    return {"id": unit.id, "code": code, "name": unit.name, "level": unit.level}


def _form_id(project_id: int, xml_form_id: str | None) -> int | None:
    if xml_form_id is None:
        return None
    form = find_form(project_id, xml_form_id)
    if form is None:
        raise NotFound("There is no form “%(form)s”.", form=xml_form_id)
    return form.id


@resource(f"/submissions/<{RECORD}:submission_id>", answer=SubmissionSchema)
@requires("submission.read")
def show_submission(submission_id: int) -> dict[str, Any]:
    """One interview, without the personal answers"""
    return _detail(get_submission(caller(), submission_id))


@resource(
    f"/submissions/<{RECORD}:submission_id>",
    method="PATCH",
    body=DecisionBody,
    answer=SubmissionSchema,
)
@requires("submission.decide")
def decide_submission(decision: dict[str, Any], submission_id: int) -> dict[str, Any]:
    """Approve, reject, or take a decision back

    Rejecting an edit of an approved interview keeps what was approved.
    """
    with transaction():
        decided = pipeline.decide(
            submission_id,
            decision["state"],
            decision.get("reason"),
            caller(),
            seen_pk=decision.get("version"),
        )
        return _detail(decided)


def _detail(submission: Submission) -> dict[str, Any]:
    contents = contents_of(submission.current_pk)
    interview = contents.interview if contents else None
    unit = get_unit(submission.unit_id)
    return {
        "id": submission.id,
        "state": submission.state,
        "received_at": submission.received_at,
        "form": db.session.get_one(Form, submission.form_id).xml_form_id,
        "unit": _unit(unit, code_of(unit)),
        "current_version": submission.current_pk,
        "counting_version": submission.approved_pk,
        "interviewed_on": interview.interviewed_on if interview else None,
        "outcome": interview.outcome if interview else None,
        "answers": interview.answers if interview else {},
        "rows": contents.rows if contents else [],
        "files": attachments_of(submission.current_pk),
        "flags": [flag.code for flag in flags_of(submission.current_pk)],
        "versions": versions_of(submission.id),
        "decisions": decisions_of(submission.id),
    }
