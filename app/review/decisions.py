"""Decides about interviews: a person's word, and what follows from it.

A version that was approved counts until its edit is decided; discarding an edit keeps it.
"""

from sqlalchemy import select

from app import audit, clock
from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db
from app.errors import BadRequest, Conflict, NotFound
from app.review.models import ReviewDecision
from app.submissions.models import Submission

STATES = ("approved", "rejected", "received")
LONGEST_REASON = 2000


def decide(
    submission_id: int,
    state: str,
    reason: str | None,
    actor: Actor,
    *,
    seen_pk: int | None = None,
) -> Submission:
    """Approves or rejects an interview, or takes it back to `received`.

    `seen_pk` is the version the reviewer looked at: when another one arrived meanwhile, nothing is
    decided (`Conflict`). Rejecting a pending edit keeps the approved version counting.
    """
    submission = _locked(submission_id, actor)
    reason = (reason or "").strip()[:LONGEST_REASON] or None
    if state not in STATES:
        raise BadRequest("The state is one of: %(known)s.", known=", ".join(STATES))
    if state == "rejected" and reason is None:
        raise BadRequest("Write the reason, so that the surveyor knows what to mend.")
    if seen_pk is not None and seen_pk != submission.current_pk:
        raise Conflict("A newer version of this interview arrived. Look at it, then decide.")
    db.session.add(
        ReviewDecision(
            submission_id=submission.id,
            instance_pk=submission.current_pk,
            state=state,
            reason=reason,
            user_id=actor.id,
        )
    )
    _apply(submission, state)
    audit.record(actor.label, f"submission.{state}", f"submission:{submission.id}", reason=reason)
    db.session.flush()
    return submission


def _locked(submission_id: int, actor: Actor) -> Submission:
    statement = (
        select(Submission)
        .where(
            Submission.id == submission_id,
            within(Submission.unit_id, actor, "submission.decide", Submission.project_id),
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    submission = db.session.scalar(statement)
    if submission is None:
        raise NotFound
    return submission


def _apply(submission: Submission, state: str) -> None:
    counts = submission.approved_pk is not None
    if state == "rejected" and submission.state == "edited" and counts:
        submission.state = "approved"
        return
    submission.state = state
    submission.approved_pk = submission.current_pk if state == "approved" else None
    # Of several interviews about one subject the first approved one counts: an edit of it does not
    # lose its place.
    if not (state == "approved" and counts):
        submission.decided_at = clock.now() if state != "received" else None


def prefer(submission_id: int, actor: Actor) -> Submission:
    """Makes an approved interview the one that counts among those about the same subject."""
    submission = _locked(submission_id, actor)
    if submission.approved_pk is None:
        raise Conflict("Approve the interview first.")
    submission.preferred_at = clock.now()
    audit.record(actor.label, "submission.preferred", f"submission:{submission.id}")
    db.session.flush()
    return submission
