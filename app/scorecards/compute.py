"""Scores of places, made of their figures at the moment of reading."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from app.accounts.actors import OPERATOR, Actor
from app.clock import today
from app.errors import NotFound
from app.indicators.figures import Figure
from app.indicators.places import Place, places_of
from app.indicators.queries import find_figures
from app.indicators.release_models import Release
from app.indicators.withhold import reads_interviews
from app.projects.queries import get_project
from app.rounds.models import Round
from app.scorecards.catalog import definition_of
from app.scorecards.joint import with_error
from app.scorecards.models import Scorecard
from app.scorecards.ranking import Ranking, rank_scores
from app.scorecards.scores import Score, score


class Named(NamedTuple):
    """A place as its figures name it."""

    id: int
    code: str | None
    name: str
    level: str


def find_scores(  # noqa: PLR0913 - each narrows the question
    actor: Actor,
    scorecard: Scorecard,
    round_: Round,
    unit_id: int,
    level: str = "commune",
    *,
    on: date | None = None,
    release: Release | None = None,
    joint: bool = False,
    reported: Mapping[int, Mapping[str, str]] | None = None,
) -> list[tuple[Named, Score]]:
    """Scores of every unit of a level at or below a unit, in their Vietnamese order.

    Figures are those that the reader may see (`find_figures`); what is withheld from them has no
    points. `reported` holds what communes report, by unit and criterion. `joint` asks
    the interviews for the error of the sums, which takes seconds for a commune of thousands.
    """
    figures = find_figures(
        actor, round_=round_, unit_id=unit_id, level=level, on=on, release=release
    )
    by_unit: dict[int, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_unit[figure.unit_id].append(figure)
    units = {pk: _named(own[0]) for pk, own in by_unit.items()}
    if not figures:  # no indicator is in force
        places = places_of(actor, round_.project_id, unit_id, level, on or today())
        units = {one.id: Named(one.id, one.code, one.name, one.level) for one in places}
    definition = definition_of(scorecard)
    is_outsider = not reads_interviews(actor, unit_id, round_.project_id)
    told = {} if reported is None else reported
    scores = [
        score(pk, definition, by_unit[pk], None if is_outsider else told.get(pk, {}))
        for pk in units
    ]
    return list(zip(units.values(), with_error(scores, round_) if joint else scores, strict=True))


def find_ranking(
    actor: Actor, scorecard: Scorecard, round_: Round, *, joint: bool = False
) -> tuple[dict[int, Place], Ranking]:
    """The communes that the reader may see, by id, and their ranks among all of the round.

    Ranked are the points that figures give: what communes report comes in one by one. Who reads
    interviews somewhere is told how those communes stand among all; others are told of those that
    they may see, by what was given out. `joint` as for scores, of all communes.
    """
    place = round_.org_unit_id or get_project(round_.project_id).org_unit_id
    if place is None:
        raise NotFound("The project has no province yet.")
    is_staff = actor.may("submission.read", round_.project_id)
    reader = OPERATOR if is_staff else actor
    scores = find_scores(reader, scorecard, round_, place, joint=joint)
    measured = [one.code for one in definition_of(scorecard).criteria if one.indicator]
    ranking = rank_scores([found.only(measured) for _, found in scores])
    own = places_of(
        actor, round_.project_id, place, "commune", today(),
        "submission.read" if is_staff else "indicator.read",
    )  # fmt: skip
    units = {one.id: one for one in own}
    return units, ranking.seen_by(units)


def _named(figure: Figure) -> Named:
    return Named(figure.unit_id, figure.unit_code, figure.unit_name, figure.level)
