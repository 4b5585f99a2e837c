"""Uploads that could not be filed: what came, why it waits, and a person's way out."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import asked_id, posted
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.submissions import settling

ITEMS_A_PAGE = 100


@pages.get("/parked")
@requires("parked.manage")
def list_parked() -> ResponseReturnValue:
    """What waits for a person, oldest first."""
    projects, after = choose_project(reader(), "parked.manage"), asked_id("after")
    found = settling.list_parked(
        reader(), projects.chosen.id, after=after or 0, limit=ITEMS_A_PAGE + 1
    )
    uploads = found[:ITEMS_A_PAGE]
    return render_template(
        "parked_list.html",
        projects=projects,
        uploads=uploads,
        after=after,
        more_after=uploads[-1].id if len(found) > ITEMS_A_PAGE else None,
    )


@pages.get(f"/parked/<{UNIT}:parked_id>")
@requires("parked.manage")
def show_parked(parked_id: int) -> ResponseReturnValue:
    """One upload with its reason, and what can be done."""
    return _page(parked_id)


@pages.post(f"/parked/<{UNIT}:parked_id>/settle")
@requires("parked.manage")
def settle_parked(parked_id: int) -> ResponseReturnValue:
    """Does what the person chose: files the upload, attaches its files, or sets it aside."""
    try:
        with transaction():
            settling.settle(parked_id, posted("choice"), reader(), reason=posted("reason"))
    except (BadRequest, Conflict) as problem:
        return _page(parked_id, problem), problem.status
    return redirect(url_for("pages.list_parked"), 303)


def _page(parked_id: int, problem: Problem | None = None) -> str:
    upload = settling.get_parked(parked_id, reader())
    if upload.settled_at is not None:
        raise NotFound("This upload is settled already, or you may not see it.")
    return render_template(
        "parked.html",
        upload=upload,
        files=settling.files_of(parked_id),
        interview=settling.interview_of(parked_id, reader()),
        choices=settling.choices_of(upload),
        problem=problem,
    )
