"""The order of communes by what the province granted, once it is appraised."""

from app.accounts.actors import Actor
from app.clock import today
from app.errors import NotFound
from app.indicators.places import Place, places_of
from app.projects.queries import get_project
from app.rounds.models import Round
from app.scorecards.card import APPRAISED, Card, CardLine, Entry, thaw
from app.scorecards.cards import CAPABILITY, entries_of, list_records
from app.scorecards.catalog import definition_of
from app.scorecards.models import Scorecard
from app.scorecards.ranking import Ranking, rank_scores
from app.scorecards.scores import score


def find_granted_ranking(
    actor: Actor, scorecard: Scorecard, round_: Round
) -> tuple[dict[int, Place], Ranking]:
    """The communes that the reader may see, and their ranks among all whose card is appraised.

    Points granted as computed keep the survey's error; where the province decided otherwise there
    is none. Cards of an earlier version are not among them. For staff; raises `NotFound`.
    """
    actor.require(CAPABILITY, round_.project_id)
    place = round_.org_unit_id or get_project(round_.project_id).org_unit_id
    if place is None:
        raise NotFound("The project has no province yet.")
    records = [
        record
        for record in list_records(scorecard, round_).values()
        if record.state == APPRAISED and record.scorecard_id == scorecard.id
    ]
    entries = entries_of([record.id for record in records])
    definition = definition_of(scorecard)
    scores = []
    for record in records:
        kept = thaw(score(record.unit_id, definition, (), {}), record.computed or ())
        said = entries[record.id]
        lines = (CardLine(line, said.get(line.criterion.code, Entry())) for line in kept.lines)
        scores.append(Card(tuple(lines), APPRAISED).granted_score(record.unit_id))
    own = places_of(actor, round_.project_id, place, "commune", today(), CAPABILITY)
    units = {one.id: one for one in own}
    return units, rank_scores(scores).seen_by(units)
