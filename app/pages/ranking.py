"""A province's communes by a scorecard: their order and how sure it is, and how far cards are."""

from collections import Counter

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from app.access import requires
from app.clock import today
from app.errors import NotFound
from app.indicators.places import Place
from app.org_units.names import sort_key
from app.pages.blueprint import pages
from app.pages.choices import RoundChoice, choose_project
from app.pages.export import EXCEL_MARK
from app.pages.inputs import asked_id, chosen
from app.pages.reader import reader
from app.pages.scorecards import CAPABILITY, get_scorecard
from app.rounds.models import Round
from app.rounds.queries import list_rounds, present_of
from app.scorecards.card import OPEN, STATES
from app.scorecards.cards import list_cards as find_cards
from app.scorecards.catalog import definition_of
from app.scorecards.compute import find_ranking
from app.scorecards.granted import find_granted_ranking
from app.scorecards.models import Scorecard
from app.scorecards.ranking import Ranking
from app.scorecards.table import ranking_csv

SORTS = ("rank", "name")
BY = ("computed", "granted")


@pages.get("/scorecards/<scorecard>/ranking")
@requires(CAPABILITY)
def show_ranking(scorecard: str) -> ResponseReturnValue:
    """The communes that the reader may see, best first or by name."""
    found, rounds, round_ = _asked(scorecard)
    by, (units, ranking) = _ranked(found, round_)
    sort = chosen("sort", SORTS) or "rank"
    ranked = list(ranking.ranked)
    if sort == "name":
        ranked.sort(key=lambda one: sort_key(units[one.score.unit_id].name))
    empty = [one for one in ranking.unranked if not one.score.counted]
    return render_template(
        "ranking.html",
        scorecard=found,
        said=definition_of(found),
        rounds=rounds,
        round=round_,
        units=units,
        ranking=ranking,
        ranked=ranked,
        unranked=[one for one in ranking.unranked if one.score.counted],
        empty=len(empty),
        sort=sort,
        by=by,
    )


@pages.get("/scorecards/<scorecard>/cards")
@requires("submission.read")
def list_cards(scorecard: str) -> ResponseReturnValue:
    """How far each commune's card is, and whose is late."""
    found, rounds, round_ = _asked(scorecard)
    reader().require("submission.read", round_.project_id)
    state = chosen("state", STATES)
    cards = find_cards(reader(), found, round_)
    return render_template(
        "cards.html",
        said=definition_of(found),
        rounds=rounds,
        round=round_,
        cards=[one for one in cards if state in {None, one.state}],
        counts=Counter(one.state for one in cards),
        states=STATES,
        state=state,
        today=today(),
        open_states=OPEN,
    )


@pages.get("/scorecards/<scorecard>/ranking.csv")
@requires(CAPABILITY)
def download_ranking(scorecard: str) -> ResponseReturnValue:
    """The same as a file for Excel."""
    found, _, round_ = _asked(scorecard)
    _, (units, ranking) = _ranked(found, round_)
    names = {unit.id: (unit.code, unit.name) for unit in units.values()}
    response = Response(
        EXCEL_MARK + ranking_csv(names, ranking, scorecard=found.code, round=round_.code),
        mimetype="text/csv",
    )
    response.headers["Content-Disposition"] = f'attachment; filename="ranking-{round_.id}.csv"'
    return response


def _ranked(scorecard: Scorecard, round_: Round) -> tuple[str, tuple[dict[int, Place], Ranking]]:
    by = chosen("by", BY) or "computed"
    find = find_granted_ranking if by == "granted" else find_ranking
    return by, find(reader(), scorecard, round_)


def _asked(scorecard: str) -> tuple[Scorecard, RoundChoice, Round]:
    project = choose_project(reader(), CAPABILITY).chosen
    found, rounds = get_scorecard(project.id, scorecard), list_rounds(project.id)
    wanted = asked_id("round")
    round_ = present_of(rounds) if wanted is None else None
    round_ = next((one for one in rounds if one.id == wanted), round_)
    if round_ is None:
        raise NotFound("No round has been opened yet.")
    return found, RoundChoice(round_, rounds), round_
