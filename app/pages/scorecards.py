"""Scorecards: what they say, a commune's score line by line, and publishing one."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.actors import Actor
from app.accounts.territory import get_unit
from app.db import db, transaction
from app.errors import BadRequest, Conflict, NotFound
from app.org_units.models import OrgUnit
from app.pages.blueprint import pages
from app.pages.choices import RoundChoice, choose_project, choose_round
from app.pages.inputs import asked_id, posted, posted_id, takes
from app.pages.publishing import bare_name
from app.pages.reader import reader
from app.pages.rounds import communes_of
from app.pages.rules import UNIT
from app.rounds.models import Round
from app.scorecards import catalog
from app.scorecards.compute import find_scores
from app.scorecards.models import Scorecard
from app.scorecards.ranking import compare
from app.scorecards.scores import Score
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


@pages.get(f"/communes/<{UNIT}:commune_id>/scorecards/<scorecard>")
@requires(CAPABILITY)
def show_score(commune_id: int, scorecard: str) -> ResponseReturnValue:
    """A commune's score in a round: figures, points, and what has none."""
    actor = reader()
    commune = get_unit(actor, CAPABILITY, commune_id, level="commune")
    rounds = choose_round(actor, commune.id)
    found, round_ = _chosen(rounds, scorecard)
    return render_template(
        "score.html",
        commune=commune,
        rounds=rounds,
        scorecard=found,
        said=catalog.definition_of(found),
        score=score_of(actor, found, round_, commune),
    )


@pages.get(f"/communes/<{UNIT}:commune_id>/scorecards/<scorecard>/difference")
@requires(CAPABILITY)
def compare_scores(commune_id: int, scorecard: str) -> ResponseReturnValue:
    """A commune's score less another commune's, or less its own of another round."""
    actor = reader()
    commune = get_unit(actor, CAPABILITY, commune_id, level="commune")
    rounds = choose_round(actor, commune.id)
    found, round_ = _chosen(rounds, scorecard)
    other = get_unit(actor, CAPABILITY, asked_id("other") or commune.id, level="commune")
    earlier = [one for one in rounds.all if one.id == (asked_id("with") or round_.id)]
    if not earlier or earlier[0].project_id != round_.project_id:
        raise NotFound
    return render_template(
        "score_difference.html",
        commune=commune,
        other=other,
        round=round_,
        earlier=earlier[0],
        rounds=rounds,
        communes=communes_of(actor, round_, CAPABILITY),
        scorecard=found,
        said=catalog.definition_of(found),
        comparison=compare(
            score_of(actor, found, round_, commune), score_of(actor, found, earlier[0], other)
        ),
    )


def get_scorecard(project_id: int, code: str) -> Scorecard:
    """The scorecard in force; `NotFound` also for what cannot be a code."""
    if "\0" in code:
        raise NotFound
    return catalog.get_scorecard(project_id, code)


def score_of(actor: Actor, scorecard: Scorecard, round_: Round, commune: OrgUnit) -> Score:
    """The present score of one commune."""
    ((_, score),) = find_scores(actor, scorecard, round_, commune.id)
    return score


def _chosen(rounds: RoundChoice, code: str) -> tuple[Scorecard, Round]:
    if rounds.chosen is None:
        raise NotFound("No round has been opened yet.")
    return get_scorecard(rounds.chosen.project_id, code), rounds.chosen


def _list(
    project_id: int,
    checked: list[Finding] | None = None,
    problem: BadRequest | Conflict | None = None,
) -> str:
    db.session.rollback()
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
