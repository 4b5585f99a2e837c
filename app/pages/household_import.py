"""Households from a spreadsheet: looked through first, then taken in as a whole.

The file that was looked through comes back in the form itself: nothing of it stays on the server
until somebody says that it is right.
"""

import base64
import binascii

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import programme
from app.access import requires, takes
from app.db import transaction
from app.errors import BadRequest, Problem
from app.households.changes import CAPABILITY
from app.households.imports import ImportReport, check_import
from app.households.sheet import HEADERS, NEEDED
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import posted
from app.pages.publishing import bare_name
from app.pages.reader import reader

LARGEST_FILE = 8 * 1024**2
IN_A_FORM = LARGEST_FILE * 4 // 3 + 64 * 1024  # as base64, with the numbers of rows left out
MOST_SHOWN = 200  # problems


@pages.get("/households/import")
@requires(CAPABILITY)
def show_household_import() -> ResponseReturnValue:
    """Where a spreadsheet is handed in, and how it has to look."""
    return _page()


@pages.post("/households/import")
@requires(CAPABILITY)
@takes(IN_A_FORM)
def import_households() -> ResponseReturnValue:
    """Looks a spreadsheet through; takes it in once everything is right or left out."""
    project = choose_project(reader(), CAPABILITY).chosen
    report, content, name, without = None, b"", "", []
    try:
        content, name = _file()
        without = [int(row) for row in request.form.getlist("without") if _is_row(row)]
        with transaction():
            if posted("act") != "import":
                report = check_import(project.id, content, name, actor=reader(), without=without)
            else:
                done = programme.import_households(
                    project.id, content, name, actor=reader(), without=without
                )
                count = len(done.new) + len(done.changed)
                there = url_for("pages.list_registry", project=project.id, imported=count or None)
                return redirect(there, 303)
    except BadRequest as problem:
        return _page(problem, content=content, name=name), problem.status
    return _page(report=report, content=content, name=name, without=without)


def _file() -> tuple[bytes, str]:
    """The file that was chosen, else the one that comes back."""
    file = request.files.get("file")
    if file is not None and file.filename:
        content = file.stream.read(LARGEST_FILE + 1)
        name = bare_name(file)
    else:
        name = posted("name", longest=200)
        try:
            content = base64.b64decode(posted("content", longest=None), validate=True)
        except binascii.Error:
            content = b""
    if not content:
        raise BadRequest("Choose a spreadsheet first.")
    if len(content) > LARGEST_FILE:
        raise BadRequest("A spreadsheet has up to 8 MB. Divide it.")
    return content, name


def _is_row(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 7  # noqa: PLR2004


def _page(
    problem: Problem | None = None,
    *,
    report: ImportReport | None = None,
    content: bytes = b"",
    name: str = "",
    without: list[int] | None = None,
) -> str:
    return render_template(
        "household_import.html",
        projects=choose_project(reader(), CAPABILITY),
        headers=HEADERS,
        needed=NEEDED,
        report=report,
        content=base64.b64encode(content).decode(),
        name=name,
        without=without or [],
        most=MOST_SHOWN,
        problem=problem,
    )
