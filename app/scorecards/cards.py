"""Finds communes' cards, and makes one when somebody first writes into it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.actors import Actor
from app.accounts.scope import held_at, sees
from app.clock import today
from app.db import db
from app.errors import NotAllowed, NotFound
from app.indicators.places import Place, places_of
from app.org_units.models import OrgUnit
from app.projects.queries import get_project
from app.rounds.models import Round
from app.scorecards.card import (
    APPRAISE,
    COMPUTED,
    SCORE,
    SUBMIT,
    Card,
    CardLine,
    Entry,
    thaw,
)
from app.scorecards.catalog import definition_of
from app.scorecards.compute import find_scores
from app.scorecards.definitions import Criterion
from app.scorecards.models import CommuneScore, CriterionEntry, EvidenceFile, Scorecard
from app.scorecards.scores import Score

CAPABILITY = "submission.read"  # cards are for staff


@dataclass(frozen=True, slots=True)
class Where:
    """Whose card it is: a commune's, of a scorecard, in a round."""

    scorecard: Scorecard
    round: Round
    unit: OrgUnit


@dataclass(frozen=True, slots=True)
class Found:
    """A card with its record (None: nobody has written yet) and its computed score."""

    scorecard: Scorecard  # of the version that the card is of
    record: CommuneScore | None
    score: Score
    card: Card


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a commune's card is."""

    unit: Place
    state: str
    due_on: date | None


def find_record(where: Where, *, lock: bool = False) -> CommuneScore | None:
    """The record of a commune's card, of whichever version of the scorecard."""
    statement = (
        _records(where.scorecard, where.round)
        .where(CommuneScore.unit_id == where.unit.id)
        .execution_options(populate_existing=lock)
    )
    return db.session.scalar(statement.with_for_update(of=CommuneScore) if lock else statement)


def find_card(actor: Actor, where: Where) -> Found:
    """A commune's card as it stands.

    Until it is handed in, computed points follow the figures; from then on they are those of that
    moment, so that all speak of the same numbers.
    """
    record = find_record(where)
    if record is None:
        score = _score(actor, where.scorecard, where, {})
        card = Card(tuple(map(CardLine, score.lines)), due_on=definition_of(where.scorecard).due_on)
        return Found(where.scorecard, None, score, card)
    entries = entries_of([record.id])[record.id]
    told = {code: entry.reported for code, entry in entries.items()}
    score = _score(actor, record.scorecard, where, told)
    if record.computed is not None:
        score = thaw(score, record.computed)
    files = Counter(one.criterion for one in files_of(record.id))
    lines = tuple(
        CardLine(line, entries.get(line.criterion.code, Entry()), files[line.criterion.code])
        for line in score.lines
    )
    return Found(record.scorecard, record, score, Card(lines, record.state, due_on_of(record)))


def rights_at(actor: Actor, where: Where) -> set[str]:
    """Which of a card's rights somebody has at the commune, reading it among them."""
    rights = (CAPABILITY, SCORE, SUBMIT, APPRAISE)
    return held_at(actor, rights, where.unit.id, where.round.project_id)


def due_on_of(record: CommuneScore) -> date | None:
    """The last day on which the commune may write."""
    return record.due_on or definition_of(record.scorecard).due_on


def open_card(actor: Actor, capability: str, where: Where) -> CommuneScore:
    """The record of a card to write into, locked until the transaction ends; made when missing."""
    scorecard, round_, unit = where.scorecard, where.round, where.unit
    if not sees(actor, capability, unit.id, round_.project_id):
        raise NotAllowed
    if find_record(where) is None:
        values = {"scorecard_id": scorecard.id, "round_id": round_.id, "unit_id": unit.id}
        db.session.execute(insert(CommuneScore).values(values).on_conflict_do_nothing())
    record = find_record(where, lock=True)
    assert record is not None
    return record


def entries_of(card_ids: Collection[int]) -> dict[int, dict[str, Entry]]:
    """What was written about criteria, by card and criterion."""
    found: dict[int, dict[str, Entry]] = {card_id: {} for card_id in card_ids}
    rows = select(CriterionEntry).where(CriterionEntry.card_id.in_(found))
    for row in db.session.scalars(rows) if found else ():
        found[row.card_id][row.criterion] = entry_of(row)
    return found


def entry_of(row: CriterionEntry) -> Entry:
    """A row as exact points and texts."""
    own, appraised = (None if v is None else Fraction(v) for v in (row.own, row.appraised))
    return Entry(row.reported, own, row.explanation, appraised, row.remark)


def files_of(card_id: int) -> Sequence[EvidenceFile]:
    """The files of a card, oldest first, without those that were removed."""
    statement = select(EvidenceFile).filter_by(card_id=card_id, removed_at=None)
    return db.session.scalars(statement.order_by(EvidenceFile.id)).all()


def list_records(scorecard: Scorecard, round_: Round) -> dict[int, CommuneScore]:
    """The cards of a round that somebody has written into, by commune."""
    records = db.session.scalars(_records(scorecard, round_))
    return {record.unit_id: record for record in records}


def list_cards(actor: Actor, scorecard: Scorecard, round_: Round) -> list[Standing]:
    """How far each commune's card is, of those that the reader may see, in alphabetical order."""
    place = round_.org_unit_id or get_project(round_.project_id).org_unit_id
    if place is None:
        raise NotFound("The project has no province yet.")
    records = list_records(scorecard, round_)
    due_on = definition_of(scorecard).due_on
    return [
        Standing(unit, record.state, due_on_of(record))
        if record
        else Standing(unit, COMPUTED, due_on)
        for unit in places_of(actor, round_.project_id, place, "commune", today())
        for record in (records.get(unit.id),)
    ]


def criterion_of(record: CommuneScore, code: str) -> Criterion:
    """A criterion of the card's scorecard; raises `NotFound`."""
    criterion = definition_of(record.scorecard).criterion(code)
    if criterion is None:
        raise NotFound("There is no criterion “%(code)s”.", code=code)
    return criterion


def _records(scorecard: Scorecard, round_: Round) -> Select[CommuneScore]:
    return (
        select(CommuneScore)
        .join(Scorecard)
        .where(
            Scorecard.project_id == scorecard.project_id,
            Scorecard.code == scorecard.code,
            CommuneScore.round_id == round_.id,
        )
    )


def _score(actor: Actor, scorecard: Scorecard, where: Where, told: dict[str, str]) -> Score:
    unit_id = where.unit.id
    found = find_scores(actor, scorecard, where.round, unit_id, reported={unit_id: told})
    if not found:
        raise NotFound
    return found[0][1]
