"""The trash: what was thrown away, by whom and why, and the way back."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import pipeline
from app.access import requires
from app.db import transaction
from app.org_units.queries import get_unit
from app.pages.blueprint import pages
from app.pages.inputs import posted
from app.pages.reader import reader
from app.pages.rules import RECORD
from app.submissions import trash


@pages.get("/trash")
@requires("submission.trash")
def list_trash() -> ResponseReturnValue:
    """What lies in the trash where the reader works, newest first."""
    found = [(one, get_unit(one.unit_id)) for one in trash.list_trash(reader())]
    return render_template("trash.html", found=found)


@pages.post(f"/submissions/<{RECORD}:submission_id>/trash")
@requires("submission.trash")
def throw_submission_away(submission_id: int) -> ResponseReturnValue:
    """Puts an interview into the trash, with a reason."""
    with transaction():
        pipeline.throw_away(submission_id, posted("reason"), reader())
    return redirect(url_for("pages.list_trash"), 303)


@pages.post(f"/trash/<{RECORD}:submission_id>/restore")
@requires("submission.trash")
def restore_submission(submission_id: int) -> ResponseReturnValue:
    """Takes an interview out of the trash, as it was."""
    with transaction():
        pipeline.restore(submission_id, reader())
    return redirect(url_for("pages.show_submission", submission_id=submission_id), 303)
