"""Scorecards: those in force, what each says, and publishing one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import requires, takes
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import posted, posted_id
from app.pages.publishing import bare_name
from app.pages.reader import reader
from app.scorecards import catalog
from app.scorecards.models import Scorecard
from app.xforms.problems import Finding, FormRefused

CAPABILITY = "indicator.read"
LARGEST_WORKBOOK = 5 * 1024 * 1024  # bytes


@pages.get("/scorecards")
@requires(CAPABILITY)
def list_scorecards() -> ResponseReturnValue:
    """The scorecards in force."""
    return _list(choose_project(reader(), CAPABILITY).chosen.id)


@pages.post("/scorecards")
@requires(catalog.CAPABILITY)
@takes(LARGEST_WORKBOOK)
def publish_scorecard() -> ResponseReturnValue:
    """Checks a workbook, and puts it in force when that was asked and nothing is wrong."""
    actor, project_id = reader(), posted_id("project") or 0
    if not actor.may(catalog.CAPABILITY, project_id):
        raise NotFound
    file = request.files.get("workbook")
    if file is None or not file.filename:
        return _list(project_id, problem=BadRequest("Choose a workbook first.")), 400
    name, content = bare_name(file), file.stream.read()
    if posted("act") == "check":
        return _list(project_id, checked=catalog.check(project_id, name, content))
    try:
        with transaction():
            made = catalog.publish(project_id, name, content, actor)
            code = made.code
    except FormRefused as refusal:
        return _list(project_id, checked=list(refusal.findings)), 400
    except Conflict as problem:
        return _list(project_id, problem=problem), problem.status
    return redirect(url_for("pages.show_scorecard", scorecard=code, project=project_id), 303)


@pages.get("/scorecards/<scorecard>")
@requires(CAPABILITY)
def show_scorecard(scorecard: str) -> ResponseReturnValue:
    """What a scorecard says: every criterion with its points and rule."""
    project = choose_project(reader(), CAPABILITY).chosen
    found = get_scorecard(project.id, scorecard)
    return render_template(
        "scorecard.html", project=project, scorecard=found, said=catalog.definition_of(found)
    )


def get_scorecard(project_id: int, code: str) -> Scorecard:
    """The scorecard in force; `NotFound` also for what cannot be a code."""
    if "\0" in code:
        raise NotFound
    return catalog.get_scorecard(project_id, code)


def _list(
    project_id: int,
    checked: list[Finding] | None = None,
    problem: BadRequest | Conflict | None = None,
) -> str:
    projects = choose_project(reader(), CAPABILITY)
    known = catalog.list_scorecards(project_id)
    return render_template(
        "scorecards.html",
        projects=projects,
        project_id=project_id,
        scorecards=[(one, catalog.definition_of(one)) for one in known],
        may_manage=reader().may(catalog.CAPABILITY, project_id),
        checked=checked,
        problem=problem,
    )
