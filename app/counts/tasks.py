"""Differences between counts and the survey that somebody looks into, and what came of it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import contains_eager

from app import audit
from app.accounts.actors import OPERATOR, Actor
from app.accounts.scope import sees, within
from app.clock import now
from app.counts.models import CountTable, CountTask, OfficialCount
from app.counts.queries import CAPABILITY, find_counts
from app.counts.take import CAPABILITY as MANAGE
from app.db import db
from app.errors import BadRequest, Conflict, NotAllowed, NotFound
from app.org_units.models import OrgUnit
from app.rounds.models import Round

OPEN, CLOSED = "open", "closed"
STATES = (OPEN, CLOSED)
LONGEST = 2000  # characters of a comment


def open_tasks(round_: Round, table: CountTable | None = None) -> int:
    """Opens a task for each difference above its table's threshold; how many are new.

    Counts of the newest version of each table, or of one table. What was opened stays as it was
    found, and is not opened again.
    """
    found = [
        {
            "round_id": round_.id, "count_id": one.count.id, "survey": one.beside.survey,
            "counted": one.beside.counted, "difference": one.beside.difference,
        }
        for one in find_counts(OPERATOR, round_, table=table)
        if one.task is None and one.beside.is_above(one.count.table.threshold)
    ]  # fmt: skip
    if not found:
        return 0
    made = db.session.execute(
        insert(CountTask).values(found).on_conflict_do_nothing().returning(CountTask.id)
    )
    return len(made.all())


def list_tasks(actor: Actor, round_: Round, state: str = OPEN) -> Sequence[CountTask]:
    """A round's tasks at the reader's places, the largest difference first."""
    statement = (
        select(CountTask)
        .join(OfficialCount)
        .join(CountTable)
        .join(OrgUnit)
        .where(
            CountTask.round_id == round_.id,
            CountTask.closed_at.is_(None) if state == OPEN else CountTask.closed_at.is_not(None),
            within(OfficialCount.unit_id, actor, CAPABILITY, round_.project_id),
        )
        .options(
            contains_eager(CountTask.count).options(
                contains_eager(OfficialCount.table), contains_eager(OfficialCount.unit)
            )
        )
    )
    found = db.session.scalars(statement).all()
    return sorted(found, key=lambda task: (-abs(task.difference), task.id))


def close(actor: Actor, task_id: int, comment: str) -> CountTask:
    """Ends a task with what was found out; raises `BadRequest` without a comment, `Conflict`."""
    task = _get(actor, task_id)
    if task.closed_at is not None:
        raise Conflict("Somebody has closed this already.")
    if not comment.strip() or len(comment) > LONGEST:
        raise BadRequest("Write what was found out.")
    task.comment, task.closed_at, task.closed_by = comment.strip(), now(), actor.label
    _record(actor, "closed", task)
    return task


def reopen(actor: Actor, task_id: int) -> CountTask:
    """Opens a task again; its comment stays."""
    task = _get(actor, task_id)
    if task.closed_at is None:
        raise Conflict("This is open already.")
    task.closed_at = task.closed_by = None
    _record(actor, "reopened", task)
    return task


def _get(actor: Actor, task_id: int) -> CountTask:
    task = db.session.get(CountTask, task_id, with_for_update=True)
    if task is None:
        raise NotFound
    project_id = task.count.table.project_id
    if not sees(actor, CAPABILITY, task.count.unit_id, project_id):
        raise NotFound
    if not sees(actor, MANAGE, task.count.unit_id, project_id):
        raise NotAllowed
    return task


def _record(actor: Actor, what: str, task: CountTask) -> None:
    audit.record(actor.label, f"count_task.{what}", f"count_task:{task.id}", comment=task.comment)
