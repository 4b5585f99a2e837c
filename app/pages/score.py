"""A commune's score in a round: points from figures, its own view beside them, and the way on."""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.accounts.territory import get_unit
from app.clock import today
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.i18n import present_language
from app.org_units.models import OrgUnit
from app.pages.blueprint import pages
from app.pages.choices import RoundChoice, choose_round
from app.pages.inputs import asked, asked_id, posted
from app.pages.reader import reader
from app.pages.rounds import communes_of, find_round
from app.pages.rules import UNIT
from app.pages.score_words import criterion_words
from app.pages.scorecards import CAPABILITY, get_scorecard
from app.rounds.models import Round
from app.rounds.queries import list_rounds
from app.scorecards import cards, workflow
from app.scorecards.card import OPEN
from app.scorecards.catalog import definition_of
from app.scorecards.compute import find_scores
from app.scorecards.history import acts_on
from app.scorecards.joint import compare_scores as held_against
from app.scorecards.joint import with_error
from app.scorecards.models import Scorecard
from app.scorecards.scores import Line, Score

CARD = f"/rounds/<{UNIT}:round_id>/communes/<{UNIT}:commune_id>/scorecards/<scorecard>"


@pages.get(f"/communes/<{UNIT}:commune_id>/scorecards/<scorecard>")
@requires(CAPABILITY)
def show_score(commune_id: int, scorecard: str) -> ResponseReturnValue:
    """A commune's score: figures, points, and what has none; for staff the whole card."""
    actor = reader()
    commune = get_unit(actor, CAPABILITY, commune_id, level="commune")
    rounds = choose_round(actor, commune.id)
    found, round_ = _chosen(rounds, scorecard)
    where = cards.Where(found, round_, commune)
    rights = cards.rights_at(actor, where)
    if cards.CAPABILITY in rights:
        return _render_card(where, rights, rounds.all, joint=asked("error") == "joint")
    return render_template(
        "score.html",
        commune=commune,
        rounds=rounds,
        said=definition_of(found),
        **_lines(found, score_of(actor, found, round_, commune)),
        found=None,
    )


@pages.post(f"{CARD}/steps/<step>")
@requires(cards.CAPABILITY)
def advance_card(round_id: int, commune_id: int, scorecard: str, step: str) -> ResponseReturnValue:
    """Takes the card a step further, back to the commune, or gives it more time."""
    where = find_where(cards.CAPABILITY, round_id, commune_id, scorecard)
    try:
        with transaction():
            if step == "extend":
                workflow.extend(reader(), where, _day(posted("until")), posted("reason"))
            else:
                day = _day(posted("until"))
                workflow.advance(reader(), where, step, reason=posted("reason"), due_on=day)
    except (BadRequest, Conflict) as problem:
        rights, rounds = cards.rights_at(reader(), where), list_rounds(where.round.project_id)
        return _render_card(where, rights, rounds, problem), problem.status
    return redirect(address_of(where), 303)


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
        said=definition_of(found),
        comparison=held_against(
            score_of(actor, found, round_, commune),
            score_of(actor, found, earlier[0], other),
            (round_, earlier[0]),
        ),
    )


def _render_card(
    where: cards.Where,
    rights: Collection[str],
    rounds: Iterable[Round],
    problem: Problem | None = None,
    *,
    joint: bool = False,
) -> str:
    """The card as the reader sees it, with the steps that are theirs.

    What was handed in keeps the error that it had.
    """
    round_, found = where.round, cards.find_card(reader(), where)
    may_join = found.card.state in OPEN and len(found.score.counted) > 1
    score = with_error([found.score], round_)[0] if may_join and joint else found.score
    same = [one for one in rounds if one.project_id == round_.project_id]
    return render_template(
        "score.html",
        commune=where.unit,
        rounds=RoundChoice(round_, same),
        said=definition_of(found.scorecard),
        **_lines(found.scorecard, score),
        criteria=_criteria(where),
        may_join=may_join,
        found=found,
        card=found.card,
        lacks=found.card.lacks(),
        steps=found.card.steps(rights, today()),
        rights=rights,
        acts=acts_on(found.record),
        problem=problem,
    )


def _lines(scorecard: Scorecard, score: Score) -> dict[str, Any]:
    """A score, its lines by group, and the words for each criterion."""
    groups: dict[str, list[Line]] = {code: [] for code in ("", *definition_of(scorecard).groups)}
    for line in score.lines:
        groups[line.criterion.group].append(line)
    words = criterion_words(scorecard.id, present_language())
    return {"score": score, "groups": groups, "words": words}


def _criteria(where: cards.Where) -> str:
    """The address of the card's criteria, to which a code is added; for each it would take long."""
    address = url_for(
        "pages.show_criterion",
        round_id=where.round.id,
        commune_id=where.unit.id,
        scorecard=where.scorecard.code,
        criterion="A",
    )
    return address.removesuffix("A")


def find_where(capability: str, round_id: int, commune_id: int, scorecard: str) -> cards.Where:
    """The card that an address names; `NotFound` when it is not the reader's."""
    actor = reader()
    round_ = find_round(actor, round_id, capability)
    commune = get_unit(actor, capability, commune_id, level="commune")
    if not sees(actor, capability, commune.id, round_.project_id):
        raise NotFound
    return cards.Where(get_scorecard(round_.project_id, scorecard), round_, commune)


def address_of(where: cards.Where) -> str:
    """The card's page."""
    return url_for(
        "pages.show_score",
        commune_id=where.unit.id,
        scorecard=where.scorecard.code,
        round=where.round.id,
    )


def score_of(actor: Actor, scorecard: Scorecard, round_: Round, commune: OrgUnit) -> Score:
    """The present score of one commune."""
    found = find_scores(actor, scorecard, round_, commune.id)
    if not found:  # on the day of the release that is read there was no such commune
        raise NotFound
    ((_, score),) = found
    return score


def _chosen(rounds: RoundChoice, code: str) -> tuple[Scorecard, Round]:
    if rounds.chosen is None:
        raise NotFound("No round has been opened yet.")
    return get_scorecard(rounds.chosen.project_id, code), rounds.chosen


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise BadRequest("Choose a last day that is not past.") from None
