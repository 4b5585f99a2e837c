"""The trash: an interview is set out of every list, count and figure, and can be brought back.

Its row leaves the table of submissions as a whole, so that nothing that reads submissions has to
know of the trash; what came from the field stays untouched until it is purged.
"""

from sqlalchemy import Select, exists, select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db, driver
from app.errors import BadRequest, Conflict, NotFound
from app.submissions.models import Submission, TrashedSubmission

CAPABILITY = "submission.trash"
LONGEST_REASON = 2000

THROW = """
with gone as (delete from submissions where id = %(id)s returning *)
insert into trashed_submissions (id, project_id, form_id, unit_id, former_units, current_pk, row,
                                 actor, reason)
select id, project_id, form_id, unit_id, former_units, current_pk, to_jsonb(gone),
       %(actor)s, %(reason)s
from gone
on conflict (id) do update
set unit_id = excluded.unit_id,
    former_units = trashed_submissions.former_units || trashed_submissions.unit_id
                   || excluded.former_units,
    current_pk = excluded.current_pk, row = excluded.row,
    actor = excluded.actor, reason = excluded.reason, trashed_at = now()
"""

# A newer version that came meanwhile took the interview out of the trash already; and what lies
# there may have been read anew, and be doubtful now.
RESTORE = """
with gone as (delete from trashed_submissions where id = %(id)s returning current_pk, row),
back as (
    select row || jsonb_build_object('flagged', exists (
        select from flags f where f.instance_pk = gone.current_pk)) as row
    from gone
)
insert into submissions select s.* from back, jsonb_populate_record(null::submissions, back.row) s
on conflict do nothing returning id
"""


def hold(submission_id: int, actor: Actor) -> None:
    """Locks an interview that may be thrown away; `NotFound` where the actor may not."""
    held = select(Submission.id).where(
        Submission.id == submission_id,
        within(Submission.unit_id, actor, CAPABILITY, Submission.project_id),
    )
    if db.session.scalar(held.with_for_update()) is None:
        raise NotFound


def throw_away(submission_id: int, reason: str, actor: Actor) -> None:
    """Puts a held interview into the trash; its figures have to be counted anew by the caller.

    Raises `BadRequest` without a reason.
    """
    reason = reason.strip()[:LONGEST_REASON]
    if not reason:
        raise BadRequest("Write why it goes to the trash.")
    driver().execute(THROW, {"id": submission_id, "actor": actor.label, "reason": reason})
    db.session.expire_all()
    audit.record(actor.label, "submission.trashed", f"submission:{submission_id}", reason=reason)


def restore(submission_id: int, actor: Actor) -> None:
    """Brings an interview back as it was; its figures have to be counted anew by the caller."""
    held = _visible(actor).where(TrashedSubmission.id == submission_id).with_for_update()
    if db.session.scalar(held) is None:
        raise NotFound
    if driver().execute(RESTORE, {"id": submission_id}).rowcount == 0:
        raise Conflict("A newer version of this interview has come; it is in the lists again.")
    audit.record(actor.label, "submission.restored", f"submission:{submission_id}")


def list_trash(
    actor: Actor, limit: int = 500, *, before: int | None = None
) -> list[TrashedSubmission]:
    """What lies in the trash where the actor may use it, the newest interviews first."""
    statement = _visible(actor).order_by(TrashedSubmission.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(TrashedSubmission.id < before)
    return list(db.session.scalars(statement))


def _visible(actor: Actor) -> Select[TrashedSubmission]:
    here = within(TrashedSubmission.unit_id, actor, CAPABILITY, TrashedSubmission.project_id)
    back = exists().where(Submission.id == TrashedSubmission.id)
    return select(TrashedSubmission).where(here, ~back)
