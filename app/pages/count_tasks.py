"""Differences between counts of others and the survey: listed, looked into, ended."""

from collections.abc import Iterable

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.scope import holders, require_whole, sees
from app.accounts.users import names_of
from app.counts import task_lists, tasks
from app.counts.models import CountTask
from app.counts.queries import CAPABILITY, compare
from app.counts.take import CAPABILITY as MANAGE
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.pages.blueprint import pages
from app.pages.inputs import LARGEST_ID, asked, asked_id, chosen, posted
from app.pages.reader import reader
from app.pages.rounds import communes_of, find_round
from app.pages.rules import RECORD, UNIT
from app.rounds.models import Round
from app.rounds.queries import list_rounds
from app.scorecards.history import acts_of

ITEMS_A_PAGE = 50
TASKS = f"/rounds/<{UNIT}:round_id>/count-tasks"
TASK = f"{TASKS}/<{RECORD}:task_id>"


@pages.get(TASKS)
@requires(CAPABILITY)
def list_count_tasks(round_id: int) -> ResponseReturnValue:
    """The differences of a round that somebody should look into, or that were."""
    actor = reader()
    found = find_round(actor, round_id)
    state = chosen("state", task_lists.STATES) or task_lists.OPEN
    indicators, tables = task_lists.choices(actor, found, state)
    wanted = task_lists.TaskFilter(
        state=state,
        unit_id=asked_id("commune"),
        indicator=asked("indicator") or None,
        table=asked("table") or None,
    )
    sort = chosen("sort", task_lists.SORTS) or "difference"
    page = min(asked_id("page") or 1, LARGEST_ID // ITEMS_A_PAGE)
    start = (page - 1) * ITEMS_A_PAGE
    listed = task_lists.list_tasks(actor, found, wanted, sort=sort, start=start, limit=ITEMS_A_PAGE)
    count = task_lists.count_tasks(actor, found, wanted)
    return render_template(
        "count_tasks.html",
        round=found,
        rounds=list_rounds(found.project_id),
        wanted=wanted,
        indicators=indicators,
        tables=tables,
        communes=communes_of(actor, found, CAPABILITY),
        sort=sort,
        page=page,
        pages=max(1, -(-count // ITEMS_A_PAGE)),
        count=count,
        tasks=listed,
        names=_names(listed),
        may_manage=actor.may(MANAGE, found.project_id),
    )


@pages.post(TASKS)
@requires(MANAGE)
def open_count_tasks(round_id: int) -> ResponseReturnValue:
    """Compares the newest tables with the figures of now."""
    found = find_round(reader(), round_id, MANAGE)
    require_whole(reader(), MANAGE, found.project_id)
    with transaction():
        tasks.end_resolved(found)
        tasks.open_tasks(found)
    return redirect(url_for("pages.list_count_tasks", round_id=round_id), 303)


@pages.get(TASK)
@requires(CAPABILITY)
def show_count_task(round_id: int, task_id: int) -> ResponseReturnValue:
    """One difference: then and now, who is to look into it, and what was found out."""
    return _page(find_round(reader(), round_id), task_id)


@pages.post(TASK)
@requires(MANAGE)
def settle_count_task(round_id: int, task_id: int) -> ResponseReturnValue:
    """Closes a task with what was found out, or opens it again."""
    found = find_round(reader(), round_id, MANAGE)
    try:
        with transaction():
            if posted("act") == "reopen":
                tasks.reopen(reader(), task_id)
            else:
                tasks.close(reader(), task_id, posted("comment"))
    except (BadRequest, Conflict) as problem:
        return _page(found, task_id, problem), problem.status
    return redirect(url_for("pages.show_count_task", round_id=round_id, task_id=task_id), 303)


def _page(found: Round, task_id: int, problem: Problem | None = None) -> str:
    actor = reader()
    task = tasks.get_task(actor, task_id)
    if task.round_id != found.id:
        raise NotFound
    unit_id = task.count.unit_id
    acts = acts_of(tasks.subject_of(task))
    return render_template(
        "count_task.html",
        round=found,
        task=task,
        now=compare(actor, found, [task.count])[0].beside,
        people=holders(MANAGE, unit_id, found.project_id),
        may_manage=sees(actor, MANAGE, unit_id, found.project_id),
        acts=acts,
        names=_names([task]),
        typed=posted("comment") or task.comment,
        problem=problem,
    )


def _names(listed: Iterable[CountTask]) -> dict[str, str]:
    return names_of({task.closed_by for task in listed if task.closed_by})
