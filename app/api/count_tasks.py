"""`/api/v1/counts/tasks`: differences between counts and the survey that somebody looks into."""

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from app.access import requires
from app.accounts.scope import holders
from app.api.blueprint import caller, resource
from app.api.counts import OfRound, find_round_of, unit_of
from app.api.cursors import read_start, write_cursor
from app.api.parameters import LARGEST_RECORD, PlaceQuery, choose_unit, limit, text
from app.counts import tasks
from app.counts.models import CountTask
from app.counts.queries import CAPABILITY
from app.counts.take import CAPABILITY as MANAGE
from app.counts.task_lists import OPEN, SORTS, STATES, TaskFilter, list_tasks
from app.db import transaction

TASK = f"/counts/tasks/<int(max={LARGEST_RECORD}):task_id>"


class TaskQuery(PlaceQuery, OfRound):
    """Which differences are asked for."""

    state = fields.String(load_default=OPEN, validate=OneOf(STATES))
    indicator = text(description="Code of one indicator; all without.")
    table = text(description="Code of one table; all without.")
    sort = fields.String(load_default="difference", validate=OneOf(list(SORTS)))
    limit = limit(100, 1000)
    next = text(200, "The text under “next” of the answer before.")


class TaskBody(Schema):
    """What comes of a difference."""

    act = fields.String(required=True, validate=OneOf(("close", "reopen")))
    comment = fields.String(
        load_default="",
        validate=Length(0, tasks.LONGEST),
        metadata={"description": "What was found out; needed to close."},
    )


class TaskSchema(Schema):
    """A difference that somebody should look into, as it was found."""

    id = fields.Integer()
    round = fields.Integer(attribute="round_id")
    unit = fields.Function(lambda task: unit_of(task.count.unit), metadata={"type": "object"})
    indicator = fields.String(attribute="count.indicator")
    table = fields.String(attribute="count.table.code")
    source = fields.String(attribute="count.table.source")
    threshold = fields.Float(attribute="count.table.threshold")
    counted = fields.Float()
    survey = fields.Float()
    difference = fields.Float()
    opened_at = fields.AwareDateTime()
    comment = fields.String()
    closed_at = fields.AwareDateTime(allow_none=True)
    closed_by = fields.String(
        allow_none=True,
        metadata={"description": "Null though closed: it ended by itself, the difference is gone."},
    )


class OneTaskSchema(TaskSchema):
    """A difference, and who is to look into it."""

    people = fields.Function(
        lambda task: [
            {"username": one.username, "name": one.full_name}
            for one in holders(MANAGE, task.count.unit_id, task.count.table.project_id)
        ],
        metadata={"type": "array"},
    )


class TaskPage(Schema):
    """Differences in the order asked for."""

    items = fields.List(fields.Nested(TaskSchema))
    next = fields.String(allow_none=True)


@resource("/counts/tasks", query=TaskQuery, answer=TaskPage)
@requires(CAPABILITY)
def list_count_tasks(asked: dict[str, Any]) -> dict[str, Any]:
    """Differences between counts and the survey that somebody should look into"""
    round_, start = find_round_of(asked), read_start(asked.get("next"))
    unit_id = None
    if "unit" in asked or "code" in asked:
        unit_id = choose_unit(caller(), CAPABILITY, asked.get("unit"), asked.get("code"), None).id
    wanted = TaskFilter(asked["state"], unit_id, asked.get("indicator"), asked.get("table"))
    most: int = asked["limit"]
    found = list_tasks(caller(), round_, wanted, sort=asked["sort"], start=start, limit=most + 1)
    following = write_cursor([start + most]) if len(found) > most else None
    return {"items": found[:most], "next": following}


@resource(TASK, answer=OneTaskSchema)
@requires(CAPABILITY)
def read_count_task(task_id: int) -> CountTask:
    """One difference, and who is to look into it"""
    return tasks.get_task(caller(), task_id)


@resource(TASK, method="PATCH", body=TaskBody, answer=OneTaskSchema)
@requires(MANAGE)
def settle_count_task(said: dict[str, Any], task_id: int) -> CountTask:
    """Closes a difference with what was found out, or opens it again"""
    with transaction():
        if said["act"] == "close":
            tasks.close(caller(), task_id, said["comment"])
        else:
            tasks.reopen(caller(), task_id)
    return tasks.get_task(caller(), task_id)
