"""Counts of operators and departments: taken in, and beside the survey."""

from datetime import date

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import requires, takes
from app.accounts.territory import get_unit
from app.counts import tasks
from app.counts.queries import CAPABILITY, find_counts, get_table, list_tables
from app.counts.sheet import PROBLEMS
from app.counts.take import CAPABILITY as MANAGE
from app.counts.take import Report, Source, check_table, take_table
from app.db import transaction
from app.errors import BadRequest, NotFound
from app.pages.blueprint import pages
from app.pages.choices import RoundChoice, choose_project, choose_round
from app.pages.inputs import asked_id, posted, posted_id
from app.pages.publishing import bare_name
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.rounds.queries import current_round, list_rounds

LARGEST_TABLE = 5 * 1024 * 1024  # bytes
MOST_PROBLEMS = 100  # shown at once
LONGEST_THRESHOLD = 6  # characters


@pages.get("/counts")
@requires(CAPABILITY)
def list_counts() -> ResponseReturnValue:
    """The tables of a project in their newest versions, and the form to take one in."""
    return _list(choose_project(reader(), CAPABILITY).chosen.id)


@pages.post("/counts")
@requires(MANAGE)
@takes(LARGEST_TABLE)
def take_counts() -> ResponseReturnValue:
    """Checks a table, or takes it in as a new version and opens tasks for large differences."""
    actor, project_id = reader(), posted_id("project") or 0
    if not actor.may(MANAGE, project_id):
        raise NotFound
    file = request.files.get("table")
    if file is None or not file.filename:
        return _list(project_id, problem=BadRequest("Choose a file first.")), BadRequest.status
    try:
        source, name, content = _source(), bare_name(file), file.stream.read()
        report = check_table(project_id, source, name, content, actor)
        if report.problems or posted("act") == "check":
            return _list(project_id, report=report), 400 if report.problems else 200
        with transaction():
            table = take_table(project_id, source, name, content, actor)
            round_ = current_round(project_id)
            if round_ is not None:
                tasks.open_tasks(round_, table)
            made = table.id
    except BadRequest as problem:
        return _list(project_id, problem=problem), problem.status
    return redirect(url_for("pages.show_counts", table_id=made), 303)


@pages.get(f"/counts/<{UNIT}:table_id>")
@requires(CAPABILITY)
def show_counts(table_id: int) -> ResponseReturnValue:
    """A table's counts at the reader's places, beside the figures of a round."""
    actor = reader()
    table = get_table(actor, table_id)
    rounds = _rounds(table.project_id)
    found = find_counts(actor, rounds.chosen, table=table) if rounds.chosen else []
    versions = [
        one for one in list_tables(table.project_id, newest=False) if one.code == table.code
    ]
    return render_template(
        "count_table.html", table=table, rounds=rounds, found=found, versions=versions
    )


@pages.get(f"/communes/<{UNIT}:commune_id>/counts")
@requires(CAPABILITY)
def show_commune_counts(commune_id: int) -> ResponseReturnValue:
    """What others count in a commune and its villages, beside the survey."""
    actor = reader()
    commune = get_unit(actor, CAPABILITY, commune_id, level="commune")
    rounds = choose_round(actor, commune.id)
    if rounds.chosen is None:
        raise NotFound("No round has been opened yet.")
    own = find_counts(actor, rounds.chosen, unit_id=commune.id)
    villages = find_counts(actor, rounds.chosen, unit_id=commune.id, level="village")
    return render_template(
        "commune_counts.html", commune=commune, rounds=rounds, found=[*own, *villages]
    )


def _rounds(project_id: int) -> RoundChoice:
    rounds = list_rounds(project_id)
    wanted = asked_id("round")
    named = next((one for one in rounds if one.id == wanted), None)
    return RoundChoice(named or current_round(project_id), rounds)


def _source() -> Source:
    try:
        as_of = date.fromisoformat(posted("as_of"))
    except ValueError:
        raise BadRequest("Say on which day they were counted.") from None
    per_cent = posted("threshold")[:LONGEST_THRESHOLD]
    if not per_cent.isdecimal():
        raise BadRequest("Write the threshold as a whole number of per cent.")
    names = ("code", "source", "document", "legal_basis")
    said = {name: posted(name) for name in names}
    return Source(as_of=as_of, threshold=int(per_cent) / 100, **said)


def _list(project_id: int, report: Report | None = None, problem: BadRequest | None = None) -> str:
    actor = reader()
    return render_template(
        "counts.html",
        projects=choose_project(actor, CAPABILITY),
        project_id=project_id,
        tables=list_tables(project_id),
        rounds=_rounds(project_id),
        may_manage=actor.may(MANAGE, project_id),
        report=report,
        told=PROBLEMS,
        most=MOST_PROBLEMS,
        said=request.form,
        problem=problem,
    )
