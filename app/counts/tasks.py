"""Differences between counts and the survey that somebody looks into, and what came of it.

A task is opened by a difference above its table's threshold. It ends by itself when the difference
is not there any more, unless somebody has written into it; people end it with what they found out.
"""

from sqlalchemy import select

from app import audit
from app.accounts.actors import OPERATOR, Actor
from app.accounts.scope import sees
from app.clock import now
from app.counts.models import CountTable, CountTask
from app.counts.queries import CAPABILITY, find_counts
from app.counts.take import CAPABILITY as MANAGE
from app.db import db, driver
from app.errors import BadRequest, Conflict, NotAllowed, NotFound
from app.rounds.models import Round
from app.rounds.queries import current_round

LONGEST = 2000  # characters of a comment
ITSELF = "policy"  # who acts where nobody does
LOCK = "select pg_advisory_xact_lock(hashtextextended(%s, 0))"


def open_tasks(round_: Round, table: CountTable | None = None) -> int:
    """Opens a task for each difference above its table's threshold; how many are new.

    Counts of the newest version of each table, or of one table. What was opened stays as it was
    found and is not opened again, unless it had ended by itself.
    """
    _lock(round_)
    opened = 0
    for one in find_counts(OPERATOR, round_, table=table):
        both, task = one.beside, one.task
        is_over = task is not None and (task.closed_at is None or task.closed_by is not None)
        if is_over or not both.is_above(one.count.table.threshold):
            continue
        if task is None:
            task = CountTask(round_id=round_.id, count_id=one.count.id)
            db.session.add(task)
        else:
            task.closed_at, task.opened_at = None, now()
            _record(ITSELF, "recurred", task)
        assert both.survey is not None
        assert both.difference is not None
        task.counted, task.survey, task.difference = both.counted, both.survey, both.difference
        opened += 1
    db.session.flush()
    return opened


def end_resolved(round_: Round) -> int:
    """Ends tasks whose difference is gone, or whose table has a newer version; how many.

    Where the survey has no figure any more nobody knows, and the task stays.
    """
    _lock(round_)
    present = {one.count.id: one for one in find_counts(OPERATOR, round_)}
    asked = select(CountTask).filter_by(round_id=round_.id, closed_at=None, comment="")
    ended = 0
    for task in db.session.scalars(asked):
        one = present.get(task.count_id)
        if one is not None:
            both = one.beside
            if both.difference is None or both.is_above(one.count.table.threshold):
                continue
        task.closed_at = now()
        _record(ITSELF, "resolved", task)
        ended += 1
    return ended


def rounds_to_compare() -> list[int]:
    """The present round of each project that has tables, and rounds with open tasks; their ids."""
    projects = db.session.scalars(select(CountTable.project_id).distinct())
    present = {round_.id for project in projects if (round_ := current_round(project))}
    waiting = select(CountTask.round_id).filter_by(closed_at=None).distinct()
    return sorted(present | set(db.session.scalars(waiting)))


def get_task(actor: Actor, task_id: int) -> CountTask:
    """A task at a place of the reader's; raises `NotFound`."""
    task = db.session.get(CountTask, task_id)
    if task is None or not sees(actor, CAPABILITY, *_place_of(task)):
        raise NotFound
    return task


def close(actor: Actor, task_id: int, comment: str) -> CountTask:
    """Ends a task with what was found out; raises `BadRequest` without a comment, `Conflict`."""
    task = _get_to_act(actor, task_id)
    if task.closed_at is not None:
        raise Conflict("Somebody has closed this already.")
    if not comment.strip() or len(comment) > LONGEST:
        raise BadRequest("Write what was found out.")
    task.comment, task.closed_at, task.closed_by = comment.strip(), now(), actor.label
    _record(actor.label, "closed", task)
    return task


def reopen(actor: Actor, task_id: int) -> CountTask:
    """Opens a task again; its comment stays."""
    task = _get_to_act(actor, task_id)
    if task.closed_at is None:
        raise Conflict("This is open already.")
    task.closed_at = task.closed_by = None
    _record(actor.label, "reopened", task)
    return task


def subject_of(task: CountTask) -> str:
    """The task's name in the audit trail."""
    return f"count_task:{task.id}"


def _get_to_act(actor: Actor, task_id: int) -> CountTask:
    task = get_task(actor, task_id)
    if not sees(actor, MANAGE, *_place_of(task)):
        raise NotAllowed
    db.session.refresh(task, with_for_update=True)
    return task


def _place_of(task: CountTask) -> tuple[int, int]:
    return task.count.unit_id, task.count.table.project_id


def _lock(round_: Round) -> None:
    """Two comparisons of a round, by the daily job and by hand, wait for each other."""
    driver().execute(LOCK, (f"count-tasks:{round_.id}",))


def _record(who: str, what: str, task: CountTask) -> None:
    said = {"comment": task.comment} if task.comment else {}
    audit.record(who, f"count_task.{what}", subject_of(task), after=said)
