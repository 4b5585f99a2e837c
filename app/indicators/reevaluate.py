"""Evaluates the interviews that are here with new indicators, from their XML, batch by batch.

What is owed stands in the ledger `evaluations`: a form, how far its interviews are done, and what
that cost. A batch replaces what its interviews say and notes how far it came in one transaction, so
that stopping, dying and repeating are safe. What comes from phones goes first (`pipeline.settle`).
"""

import time
from dataclasses import dataclass
from datetime import datetime

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.db import driver
from app.errors import Conflict, NotFound
from app.forms.queries import find_form
from app.indicators import catalog
from app.indicators.observe import Heard, hear
from app.xforms.instance import parse_instance

BATCH = 250

BEGIN = """
insert into evaluations (form_id, until_pk, total)
select %(form)s, coalesce(max(instance_pk), 0), count(*)
from interviews where form_id = %(form)s and outcome = 'complete'
having count(*) > 0
on conflict (form_id) do update
set state = 'running', reason = null, last_pk = 0, until_pk = excluded.until_pk,
    total = excluded.total, done = 0, cpu_seconds = 0, started_at = now(), changed_at = now()
"""

# One worker at a form; others take another one.
NEXT = """
select form_id, last_pk, until_pk from evaluations where state = 'running'
order by form_id limit 1 for update skip locked
"""

# What another transaction has in hand is being read there, and evaluated with what is in force.
TAKE = """
select i.instance_pk, i.form_id, n.form_version_id, i.interviewed_on, n.xml
from interviews i join instances n on n.id = i.instance_pk
where i.form_id = %s and i.outcome = 'complete' and i.instance_pk > %s and i.instance_pk <= %s
order by i.instance_pk limit %s
for update of i skip locked
"""

ADVANCE = """
update evaluations
set last_pk = %(last)s, done = done + %(done)s, cpu_seconds = cpu_seconds + %(cpu)s,
    changed_at = now(), state = case when %(finished)s then 'finished' else state end
where form_id = %(form)s
"""

# Villages are summed up once, when all of their interviews are done.
MARK = """
insert into stale_villages (round_id, village_id)
select distinct round_id, village_id from counted_interviews where form_id = %s
"""

CHANGE = """
update evaluations e set state = %(state)s, reason = %(reason)s, changed_at = now()
from forms f
where f.id = e.form_id and f.project_id = %(project)s and f.xml_form_id = %(form)s
  and e.state = %(was)s
returning e.form_id
"""

LIST = """
select f.id, f.xml_form_id, e.state, e.reason, e.total, e.done, e.cpu_seconds, e.changed_at
from evaluations e join forms f on f.id = e.form_id
where f.project_id = %s order by f.xml_form_id
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the interviews of a form are evaluated again.

    CPU is that of reading XML, evaluating and handing over, without the database's own.
    """

    form_id: int
    form: str
    state: str  # running, stopped or finished
    reason: str | None  # why it stopped
    total: int
    done: int
    cpu_seconds: float
    changed_at: datetime  # by the newest batch, or by who stopped it

    @property
    def cpu_each(self) -> float | None:
        """Milliseconds of CPU for each interview."""
        return 1000 * self.cpu_seconds / self.done if self.done else None


def begin(form_id: int) -> bool:
    """Owes the evaluation of all complete interviews of a form that are here, from the first.

    Whether there are any.
    """
    catalog.change_what_is_in_force()
    return driver().execute(BEGIN, {"form": form_id}).rowcount > 0


def start(project_id: int, form: str, actor: Actor) -> None:
    """A person's wish that all interviews of a form (its id in XLSForm) be evaluated again."""
    require_whole(actor, "form.manage", project_id)
    found = find_form(project_id, form)
    if found is None:
        raise NotFound("There is no form “%(form)s”.", form=form)
    known = {progress.form_id: progress.state for progress in list_progress(project_id)}
    if known.get(found.id) == "running":
        raise Conflict("The interviews of “%(form)s” are being evaluated again already.", form=form)
    if not begin(found.id):
        raise Conflict("“%(form)s” has no complete interview yet.", form=form)
    audit.record(actor.label, "evaluation.started", f"form:{found.id}")


def carry_on() -> int:
    """Evaluates one batch in the present transaction; 0 when nothing is owed, else at least 1."""
    catalog.keep_in_force()
    owed = driver().execute(NEXT).fetchone()
    if owed is None:
        return 0
    form_id, _, until = owed
    rows = driver().execute(TAKE, (*owed, BATCH)).fetchall()
    began = time.process_time()
    pks = [row[0] for row in rows]
    for table in ("observations", "pair_observations"):  # pairs are heard as villages are summed up
        driver().execute(f"delete from {table} where instance_pk = any(%s)", (pks,))  # noqa: S608 - our own names
    hear(
        Heard(pk, form, version, day, parse_instance(xml).root)
        for pk, form, version, day, xml in rows
        if xml
    )
    finished = len(rows) < BATCH
    done = {
        "form": form_id,
        "last": until if finished else pks[-1],
        "done": len(rows),
        "cpu": time.process_time() - began,
        "finished": finished,
    }
    driver().execute(ADVANCE, done)
    if finished:
        driver().execute(MARK, (form_id,))
    return len(rows) + finished


def give_up(reason: str) -> None:
    """Stops what failed, until a person lets it go on; the batch is done again then."""
    owed = driver().execute(NEXT).fetchone()
    if owed is not None:
        driver().execute(
            "update evaluations set state = 'stopped', reason = %s, changed_at = now()"
            " where form_id = %s",
            (reason[:2000], owed[0]),
        )


def stop(project_id: int, form: str, actor: Actor) -> None:
    """Lets the evaluation of a form (its id in XLSForm) rest after the batch in hand."""
    _change(project_id, form, actor, "running", "stopped")


def resume(project_id: int, form: str, actor: Actor) -> None:
    """Lets it go on where it stopped."""
    _change(project_id, form, actor, "stopped", "running")


def _change(project_id: int, form: str, actor: Actor, was: str, state: str) -> None:
    require_whole(actor, "form.manage", project_id)
    asked = {"project": project_id, "form": form, "was": was, "state": state, "reason": None}
    found = driver().execute(CHANGE, asked).fetchone()
    if found is None and was == "running":
        raise Conflict("The interviews of “%(form)s” are not being evaluated again.", form=form)
    if found is None:
        raise Conflict("The evaluation of “%(form)s” is not stopped.", form=form)
    audit.record(actor.label, f"evaluation.{state}", f"form:{found[0]}")


def list_progress(project_id: int) -> list[Progress]:
    """How far each form of a project is that was ever evaluated again."""
    return [Progress(*row) for row in driver().execute(LIST, (project_id,))]
