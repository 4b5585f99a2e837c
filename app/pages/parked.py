"""Uploads that could not be filed: what came, why it waits, and a person's way out."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import posted
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.submissions import parked


@pages.get("/parked")
@requires("parked.manage")
def list_parked() -> ResponseReturnValue:
    """What waits for a person, oldest first."""
    projects = choose_project(reader(), "parked.manage")
    uploads = parked.list_parked(reader(), projects.chosen.id)
    return render_template("parked_list.html", projects=projects, uploads=uploads)


@pages.get(f"/parked/<{UNIT}:parked_id>")
@requires("parked.manage")
def show_parked(parked_id: int) -> ResponseReturnValue:
    """One upload with its reason, and what can be done."""
    return _page(parked_id)


@pages.post(f"/parked/<{UNIT}:parked_id>/admit")
@requires("parked.manage")
def admit_parked(parked_id: int) -> ResponseReturnValue:
    """Files the upload now that what it missed is here."""
    try:
        with transaction():
            parked.admit(parked_id, reader())
    except Conflict as problem:
        return _page(parked_id, problem), problem.status
    return redirect(url_for("pages.list_parked"), 303)


@pages.post(f"/parked/<{UNIT}:parked_id>/discard")
@requires("parked.manage")
def discard_parked(parked_id: int) -> ResponseReturnValue:
    """Sets the upload aside for good, with a reason."""
    reason = posted("reason")
    if not reason:
        return _page(parked_id, BadRequest("Write why it is discarded.")), BadRequest.status
    try:
        with transaction():
            parked.discard(parked_id, reason, reader())
    except Conflict as problem:
        return _page(parked_id, problem), problem.status
    return redirect(url_for("pages.list_parked"), 303)


def _page(parked_id: int, problem: Problem | None = None) -> str:
    actor = reader()
    waiting = (
        upload
        for project_id in actor.projects("parked.manage")
        for upload in parked.list_parked(actor, project_id)
    )
    upload = next((upload for upload in waiting if upload.id == parked_id), None)
    if upload is None:
        raise NotFound("This upload is settled already, or you may not see it.")
    return render_template("parked.html", upload=upload, problem=problem)
