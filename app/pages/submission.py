"""One interview: what it says, what is doubtful, its history; and the reviewer's decision."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import pipeline
from app.access import requires
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.db import transaction
from app.entities.queries import actions_of
from app.errors import BadRequest, Conflict, Problem
from app.households.queries import ids_of
from app.indicators.lookup import adults_otherwise, counted_among
from app.org_units.hierarchy import commune_of
from app.org_units.queries import get_unit
from app.pages.blueprint import pages
from app.pages.inputs import LARGEST_RECORD, asked_id, chosen, posted, posted_id
from app.pages.reader import reader
from app.pages.rules import RECORD
from app.pages.shown import history_of, make_shown, pending_changes
from app.review.newest import QueueFilter
from app.review.queries import decisions_of, flags_of, next_waiting, rivals_of
from app.submissions.models import Submission
from app.submissions.queries import get_submission, versions_of

# What the buttons say, and the states to decide one after the other: discarding an edit leaves the
# approved version, so rejecting the interview as a whole takes a second step.
STEPS = {
    "approve": ("approved",),
    "reject": ("rejected",),
    "discard-edit": ("rejected",),
    "reject-all": ("rejected", "rejected"),
    "reopen": ("received",),
}


@pages.get(f"/submissions/<{RECORD}:submission_id>")
@requires("submission.read")
def show_submission(submission_id: int) -> ResponseReturnValue:
    """The interview's newest version; its personal answers on request, which is recorded."""
    with transaction():
        return _page(submission_id, with_personal=chosen("personal", ("yes",)) is not None)


@pages.post(f"/submissions/<{RECORD}:submission_id>/decision")
@requires("submission.decide")
def decide_submission(submission_id: int) -> ResponseReturnValue:
    """Takes the decision and goes on to the next interview that waits in the commune."""
    actor, reason = reader(), posted("reason")
    try:
        with transaction():
            _decide(submission_id, reason, actor)
    except (BadRequest, Conflict) as problem:
        return _page(submission_id, problem=problem, reason=reason), problem.status
    return redirect(_next_address(actor, submission_id), 303)


def _decide(submission_id: int, reason: str, actor: Actor) -> None:
    decision = posted("decision")
    if decision == "prefer":
        pipeline.prefer(submission_id, actor)
    elif decision in STEPS:
        for state in STEPS[decision]:
            pipeline.decide(
                submission_id, state, reason, actor, seen_pk=posted_id("seen", LARGEST_RECORD) or 0
            )
    else:
        raise BadRequest("Choose what to decide.")


def _next_address(actor: Actor, decided: int) -> str:
    submission = get_submission(actor, decided)
    around = commune_of(submission.unit_id)
    place_id = around.id if around else submission.unit_id
    asked = QueueFilter(submission.project_id, place_id, state="waiting")
    following = next_waiting(actor, asked, after=decided)
    if following is not None:
        return url_for("pages.show_submission", submission_id=following, decided=decided)
    project = submission.project_id
    return url_for("pages.list_submissions", commune_id=place_id, project=project, decided=decided)


def _shown_pk(submission: Submission) -> int:
    """The version that counts once all is decided, else the newest one, which waits."""
    decided = submission.approved_pk if submission.state == "approved" else None
    return decided or submission.current_pk


def _page(
    submission_id: int,
    *,
    with_personal: bool = False,
    problem: Problem | None = None,
    reason: str = "",
) -> str:
    actor = reader()
    submission = get_submission(actor, submission_id)
    place = submission.unit_id, submission.project_id
    versions = versions_of(submission_id)
    version = next(v for v in versions if v.instance_pk == _shown_pk(submission))
    newest = make_shown(actor, submission, version, with_personal=with_personal)
    return render_template(
        "submission.html",
        submission=submission,
        unit=get_unit(submission.unit_id),
        commune=commune_of(submission.unit_id),
        versions=versions,
        newest=newest,
        changes=pending_changes(actor, submission, versions, newest),
        flags=flags_of(version.instance_pk),
        rivals=(rivals := rivals_of(actor, submission, version.instance_pk)),
        counted=counted_among([submission_id, *(rival.id for rival in rivals)]),
        adults=adults_otherwise(newest.interview) if newest else None,
        decisions=(decisions := decisions_of(submission_id)),
        history=history_of(versions, decisions),
        may_read_personal=sees(actor, "personal.read", *place),
        may_decide=sees(actor, "submission.decide", *place),
        may_trash=sees(actor, "submission.trash", *place),
        problem=problem,
        reason=reason,
        decided=asked_id("decided", LARGEST_RECORD),
        asked=actions_of(submission_id),
        house=(house := newest.interview.household if newest else None),
        houses=ids_of(submission.project_id, [house] if house else []),
    )
