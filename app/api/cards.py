"""`/api/v1/scorecards/…/card`: a commune's own view beside its computed points, and the way on."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from app.access import requires
from app.accounts.scope import sees
from app.api.blueprint import caller, resource
from app.api.card_schemas import (
    EXTEND,
    ActPage,
    CardPage,
    CardSchema,
    GrantedBody,
    HistoryQuery,
    OfRound,
    OneCard,
    StepBody,
    WrittenBody,
)
from app.api.cursors import read_start, write_cursor
from app.api.parameters import choose_project, choose_unit
from app.clock import today
from app.db import transaction
from app.errors import NotFound
from app.org_units.models import OrgUnit
from app.org_units.queries import code_of
from app.rounds.models import Round
from app.rounds.queries import current_round, get_round
from app.scorecards import workflow, writing
from app.scorecards.card import APPRAISE, APPRAISED, SCORE, CardLine
from app.scorecards.cards import (
    CAPABILITY,
    Where,
    files_of,
    find_card,
    find_record,
    list_cards,
    rights_at,
)
from app.scorecards.catalog import get_scorecard
from app.scorecards.history import NEWEST, acts_on
from app.scorecards.models import EvidenceFile, Scorecard
from app.scorecards.points import shown
from app.scorecards.table import line_row

CARD = "/scorecards/<scorecard>/card"
CRITERION = f"{CARD}/criteria/<criterion>"


@resource("/scorecards/<scorecard>/cards", query=OfRound, answer=CardPage)
@requires(CAPABILITY)
def find_cards(asked: dict[str, Any], scorecard: str) -> dict[str, Any]:
    """How far the cards of the communes are"""
    found, round_ = _asked(asked, scorecard, CAPABILITY)
    return {"items": list_cards(caller(), found, round_), "next": None}


@resource(CARD, query=OneCard, answer=CardSchema)
@requires(CAPABILITY)
def read_card(asked: dict[str, Any], scorecard: str) -> dict[str, Any]:
    """A commune's card: computed, said by the commune, granted by the province"""
    return card_of(find_where(asked, scorecard, CAPABILITY))


@resource(f"{CARD}/history", query=HistoryQuery, answer=ActPage)
@requires(CAPABILITY)
def read_history(asked: dict[str, Any], scorecard: str) -> dict[str, Any]:
    """Every change of a card, newest first: who, when, what was and what is since"""
    where, start = find_where(asked, scorecard, CAPABILITY), read_start(asked.get("next"))
    found = acts_on(find_record(where), asked.get("criterion"), start=start, limit=NEWEST + 1)
    more = len(found) > NEWEST
    return {"items": found[:NEWEST], "next": write_cursor([start + NEWEST]) if more else None}


@resource(CRITERION, method="PUT", query=OneCard, body=WrittenBody, answer=CardSchema)
@requires(SCORE)
def write_criterion(
    said: dict[str, Any], asked: dict[str, Any], scorecard: str, criterion: str
) -> dict[str, Any]:
    """The commune's report, own points and explanation for a criterion"""
    where = find_where(asked, scorecard, SCORE)
    with transaction():
        writing.write(caller(), where, criterion, **said | {"own": _typed(said["own"])})
    return card_of(where)


@resource(f"{CRITERION}/granted", method="PUT", query=OneCard, body=GrantedBody, answer=CardSchema)
@requires(APPRAISE)
def grant_points(
    said: dict[str, Any], asked: dict[str, Any], scorecard: str, criterion: str
) -> dict[str, Any]:
    """The province's points and remark for a criterion"""
    where = find_where(asked, scorecard, APPRAISE)
    with transaction():
        writing.grant(caller(), where, criterion, **said | {"points": _typed(said["points"])})
    return card_of(where)


@resource(f"{CARD}/steps", method="POST", query=OneCard, body=StepBody, answer=CardSchema)
@requires(CAPABILITY)
def advance_card(said: dict[str, Any], asked: dict[str, Any], scorecard: str) -> dict[str, Any]:
    """Takes a card a step further, back to the commune, or gives it more time"""
    where = find_where(asked, scorecard, CAPABILITY)
    with transaction():
        if said["step"] == EXTEND:
            workflow.extend(caller(), where, said["due_on"], said["reason"])
        else:
            workflow.advance(caller(), where, **said)
    return card_of(where)


def find_where(asked: dict[str, Any], scorecard: str, capability: str) -> Where:
    """The card that a question names; `NotFound` when it is not the caller's."""
    found, round_ = _asked(asked, scorecard, capability)
    unit = choose_unit(caller(), capability, asked.get("unit"), asked.get("code"), None)
    if unit.level != "commune" or not sees(caller(), capability, unit.id, round_.project_id):
        raise NotFound
    return Where(found, round_, unit)


def card_of(where: Where) -> dict[str, Any]:
    """A card as machines get it."""
    found = find_card(caller(), where)
    files = files_of(found.record.id) if found.record else []
    card, lacks = found.card, found.card.lacks()
    return {
        "unit": _unit(where.unit, code_of(where.unit)),
        "scorecard": found.scorecard.code,
        "version": found.scorecard.version,
        "round": where.round.code,
        "state": card.state,
        "due_on": card.due_on,
        "steps": card.steps(rights_at(caller(), where), today()),
        "of": _points(found.score.of),
        "computed": _points(found.score.told),
        "claimed": _points(card.claimed),
        "granted": _points(card.granted) if card.state == APPRAISED else None,
        "criteria": [
            _line(one, [file for file in files if file.criterion == one.line.criterion.code], lacks)
            for one in card.lines
        ],
    }


def _line(one: CardLine, files: list[EvidenceFile], lacks: dict[str, list[str]]) -> dict[str, Any]:
    row, entry = line_row(one.line), one.entry
    return row | {
        "reported": entry.reported,
        "own": _points(entry.own),
        "explanation": entry.explanation,
        "granted": _points(entry.appraised),
        "remark": entry.remark,
        "files": files,
        "lacks": lacks.get(row["criterion"], []),
    }


def _asked(asked: dict[str, Any], code: str, capability: str) -> tuple[Scorecard, Round]:
    project_id = choose_project(caller(), capability, asked.get("project"))
    wanted = asked.get("round")
    round_ = get_round(project_id, wanted) if wanted else current_round(project_id)
    if round_ is None or "\0" in code:
        raise NotFound("No round has been opened yet." if round_ is None else None)
    return get_scorecard(project_id, code), round_


def _unit(unit: OrgUnit, code: str | None) -> dict[str, Any]:
    return {"id": unit.id, "code": code, "name": unit.name, "level": unit.level}


def _points(points: Fraction | None) -> float | None:
    return None if points is None else float(shown(points))


def _typed(points: Decimal | None) -> str:
    """As a person would type it."""
    return "" if points is None else f"{points:f}"
