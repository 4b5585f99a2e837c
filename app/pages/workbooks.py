"""Workbooks that take long: asked for, made by the workers while the page tells how far, fetched.

The pages have no scripts: while a workbook is made its page loads itself anew.
"""

from flask import (
    Response,
    make_response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue

from app.access import requires
from app.db import db, transaction
from app.errors import Conflict, Problem
from app.exports import queries, run
from app.exports.zipped import archive, length
from app.i18n import present_language
from app.pages.blueprint import pages
from app.pages.figure_files import EXCEL, LEVELS, READ, wished
from app.pages.imports import AGAIN
from app.pages.inputs import posted
from app.pages.reader import reader
from app.pages.rounds import find_round
from app.pages.rules import UNIT
from app.rounds.models import Round

WORKBOOK = f"/workbooks/<{UNIT}:workbook_id>"


@pages.post(f"/rounds/<{UNIT}:round_id>/workbooks")
@requires(READ)
def make_workbook(round_id: int) -> ResponseReturnValue:
    """Leaves a workbook to the workers."""
    level = posted("level")
    wish = wished(posted, level if level in LEVELS else None)
    with transaction():
        found = find_round(reader(), round_id, READ)
        made = run.begin(reader(), found, wish, present_language())
        address = url_for("pages.show_workbook", workbook_id=made.id)
    return redirect(address, 303)


@pages.get(WORKBOOK)
@requires(READ)
def show_workbook(workbook_id: int) -> ResponseReturnValue:
    """How far it is; the file once it is ready."""
    return _page(workbook_id)


@pages.post(f"{WORKBOOK}/stop")
@requires(READ)
def stop_workbook(workbook_id: int) -> ResponseReturnValue:
    """Stops it after the places in hand."""
    return _act(workbook_id, "stop")


@pages.post(f"{WORKBOOK}/resume")
@requires(READ)
def resume_workbook(workbook_id: int) -> ResponseReturnValue:
    """Goes on where it was stopped."""
    return _act(workbook_id, "resume")


@pages.get(f"{WORKBOOK}/file")
@requires(READ)
def download_workbook(workbook_id: int) -> ResponseReturnValue:
    """The workbook itself."""
    try:
        found = queries.content_of(reader(), workbook_id)
    except Conflict as problem:
        return _page(workbook_id, problem), problem.status
    response = Response(stream_with_context(archive(found)), mimetype=EXCEL)
    response.content_length = length(found)
    name = f"indicators-{workbook_id}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _act(workbook_id: int, act: str) -> ResponseReturnValue:
    try:
        with transaction():
            {"stop": queries.stop, "resume": queries.resume}[act](reader(), workbook_id)
    except Conflict as problem:
        return _page(workbook_id, problem), problem.status
    return redirect(url_for("pages.show_workbook", workbook_id=workbook_id), 303)


def _page(workbook_id: int, problem: Problem | None = None) -> Response:
    shown = queries.get_file(reader(), workbook_id)
    page = render_template(
        "workbook.html",
        shown=shown,
        round=db.session.get_one(Round, shown.round_id),
        kept_until=queries.kept_until(shown),
        problem=problem,
    )
    response = make_response(page)
    if shown.state == "running" and request.method == "GET":
        response.headers["Refresh"] = AGAIN
    return response
