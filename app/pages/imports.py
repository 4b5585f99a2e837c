"""Interviews from a stick: a zip is handed in, and workers take it in while the page tells how far.

The pages have no scripts: while an import runs its page loads itself anew.
"""

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import requires, takes
from app.accounts.surveyors import list_surveyors
from app.db import transaction
from app.errors import BadRequest, Conflict, NotAllowed, Problem
from app.imports import queries
from app.imports.run import begin
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import LARGEST_ID, posted_id
from app.pages.publishing import bare_name
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.storage.blobs import store

LARGEST_ZIP = 4 * 1024**3
AGAIN = "3"  # seconds after which the page of a running import looks again


@pages.get("/imports")
@requires("submission.import")
def list_imports() -> ResponseReturnValue:
    """Where a zip is handed in, and what was brought before."""
    return _list()


@pages.post("/imports")
@requires("submission.import")
@takes(LARGEST_ZIP)
def start_import() -> ResponseReturnValue:
    """Keeps the zip and leaves it to the workers."""
    project_id = posted_id("project", LARGEST_ID)
    if project_id is None or not reader().may("submission.import", project_id):
        raise NotAllowed
    file = request.files.get("zip")
    if file is None or not file.filename:
        problem = BadRequest("Choose a zip file with the “instances” folder of a phone.")
        return _list(problem), problem.status
    zipped = store(file.stream)  # type: ignore[arg-type]
    with transaction():
        phone = posted_id("surveyor", LARGEST_ID)
        begun = begin(project_id, bare_name(file), reader(), app_user_id=phone, zipped=zipped)
        address = url_for("pages.show_import", import_id=begun.id)
    return redirect(address, 303)


@pages.get(f"/imports/<{UNIT}:import_id>")
@requires("submission.import")
def show_import(import_id: int) -> ResponseReturnValue:
    """How far it is, and what a person should look at."""
    return _page(import_id)


@pages.post(f"/imports/<{UNIT}:import_id>/stop")
@requires("submission.import")
def stop_import(import_id: int) -> ResponseReturnValue:
    """Stops it after the folder it is at."""
    try:
        with transaction():
            queries.stop(import_id, reader())
    except Conflict as problem:
        return _page(import_id, problem), problem.status
    return redirect(url_for("pages.show_import", import_id=import_id), 303)


@pages.post(f"/imports/<{UNIT}:import_id>/resume")
@requires("submission.import")
def resume_import(import_id: int) -> ResponseReturnValue:
    """Goes on where it was stopped."""
    try:
        with transaction():
            queries.resume(import_id, reader())
    except Conflict as problem:
        return _page(import_id, problem), problem.status
    return redirect(url_for("pages.show_import", import_id=import_id), 303)


def _list(problem: Problem | None = None) -> str:
    actor = reader()
    projects = choose_project(actor, "submission.import")
    known = list_surveyors(actor, projects.chosen.id, "submission.import")
    return render_template(
        "imports.html",
        projects=projects,
        surveyors=[surveyor.app_user for surveyor in known],
        imports=queries.list_imports(actor, projects.chosen.id),
        problem=problem,
    )


def _page(import_id: int, problem: Problem | None = None) -> Response:
    shown = queries.get_import(reader(), import_id)
    page = render_template(
        "import.html",
        shown=shown,
        counts=queries.count_outcomes(import_id),
        items=queries.look_at(import_id),
        most=queries.SHOWN,
        problem=problem,
    )
    response = make_response(page)
    if shown.state == "running" and request.method == "GET":
        response.headers["Refresh"] = AGAIN
    return response
