"""`/api/v1/changes`: what happened to interviews since a programme last asked."""

from typing import Any

from marshmallow import Schema, fields

from app.access import requires
from app.api.blueprint import caller, resource
from app.api.change_schemas import ChangesPage
from app.api.cursors import read_cursor, write_cursor
from app.api.errors import BadParameters
from app.api.parameters import choose_project, limit, number, text
from app.review.copies import InterviewCopy, copies_of
from app.review.feed import CAPABILITY, MOST, Change, Cursor, changes_after


class ChangesQuery(Schema):
    """From where on changes are asked for."""

    answers = fields.Boolean(
        load_default=False,
        metadata={"description": "With the answers, but for the personal ones."},
    )
    project = number(description="Number of a project; the caller's first one without.")
    limit = limit(200, MOST)
    next = text(200, "The text under “next” of the answer before; without it, from the beginning.")


@resource("/changes", query=ChangesQuery, answer=ChangesPage)
@requires(CAPABILITY)
def list_changes(asked: dict[str, Any]) -> dict[str, Any]:
    """New, edited, decided, moved, trashed and purged interviews, each where it changed last"""
    actor = caller()
    project_id = choose_project(actor, CAPABILITY, asked.get("project"))
    page = changes_after(actor, project_id, _cursor(asked.get("next")), asked["limit"])
    written = [change.id for change in page.changes if change.kind == "written"]
    copies = copies_of(actor, written, rows=asked["answers"]) if written else {}
    items = [
        _item(change, copies.get(change.id), asked["answers"])
        for change in page.changes
        # What has gone since the page was made comes again.
        if change.kind != "written" or change.id in copies
    ]
    return {"items": items, "next": write_cursor([str(page.cursor)]), "more": page.more}


def _cursor(given: str | None) -> Cursor | None:
    if given is None:
        return None
    match read_cursor(given):
        case [str(said)] if cursor := Cursor.read(said):
            return cursor
    raise BadParameters("“next” is not from an answer of ours. Start without it.")


def _item(change: Change, copy: InterviewCopy | None, answers: bool) -> dict[str, Any]:
    return {
        "id": change.id,
        "change": change.kind,
        "interview": _interview(copy, answers) if copy else None,
    }


def _interview(copy: InterviewCopy, answers: bool) -> dict[str, Any]:
    submission, interview, unit = copy.submission, copy.interview, copy.unit
    place = {"id": unit.id, "code": copy.unit_code, "name": unit.name, "level": unit.level}
    return {
        "state": submission.state,
        "received_at": submission.received_at,
        "decided_at": submission.decided_at,
        "form": copy.xml_form_id,
        "unit": place,
        "current_version": submission.current_pk,
        "counting_version": submission.approved_pk,
        "household": interview.household if interview else None,
        "person_no": interview.person_no if interview else None,
        "interviewed_on": interview.interviewed_on if interview else None,
        "outcome": interview.outcome if interview else None,
        "flags": copy.flags,
        "versions": copy.versions,
        "decisions": copy.decisions,
        "answers": interview.answers if interview and answers else None,
        "rows": copy.rows if answers else None,
    }
