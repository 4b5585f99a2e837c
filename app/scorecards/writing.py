"""What the commune writes into its card, and what the province grants; every change is recorded."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

from app import audit
from app.accounts.actors import Actor
from app.clock import today
from app.db import db
from app.errors import BadRequest, Conflict
from app.i18n import format_date
from app.scorecards.card import (
    APPRAISE,
    EXPLAINED,
    OPEN,
    REVIEWED,
    SCORE,
    SUBMITTED,
)
from app.scorecards.cards import Where, criterion_of, due_on_of, entry_of, find_card, open_card
from app.scorecards.definitions import Criterion
from app.scorecards.models import CommuneScore, CriterionEntry
from app.scorecards.points import shown
from app.scorecards.reported import is_number, number, value_of

LONGEST = 4000  # characters of an explanation or a remark


def write(
    actor: Actor,
    where: Where,
    code: str,
    *,
    reported: str = "",
    own: str = "",
    explanation: str = "",
) -> None:
    """The commune's report, own points and explanation for a criterion, as they are typed.

    Blank own points agree with the computed ones. Raises `BadRequest` for what cannot be read,
    `Conflict` when the card is with the province or the deadline has passed, `NotAllowed`.
    """
    record = open_card(actor, SCORE, where)
    check_open(record)
    criterion = criterion_of(record, code)
    if criterion.indicator and reported:
        raise BadRequest("The survey measures this: nothing is reported here.")
    if reported:
        value_of(criterion, reported)
    values = {
        "reported": reported,
        "own": _points(criterion, own),
        "explanation": _text(explanation),
    }
    if _change(record, code, actor, "scorecard.written", **values):
        reopen(record)


def grant(
    actor: Actor,
    where: Where,
    code: str,
    *,
    points: str,
    remark: str = "",
) -> None:
    """The province's points for a criterion; blank ones agree with the commune's.

    Raises `BadRequest` when they differ without a remark, `Conflict` while the commune has it.
    """
    record = open_card(actor, APPRAISE, where)
    if record.state != SUBMITTED:
        raise Conflict("The commune has not handed this card in, or it is closed already.")
    criterion = criterion_of(record, code)
    granted, said = _points(criterion, points), _text(remark)
    line = find_card(actor, where).card.line(code)
    claimed = line.claimed if line else None
    if granted is not None and not said and (claimed is None or granted != shown(claimed)):
        raise BadRequest("These points differ from the commune's: write a remark.")
    _change(record, code, actor, "scorecard.granted", appraised=granted, remark=said)


def check_open(record: CommuneScore) -> None:
    """Raises `Conflict` when the card is handed in, or its last day has passed."""
    if record.state not in OPEN:
        raise Conflict("This card is handed in. Ask the province to return it.")
    due_on = due_on_of(record)
    if due_on is not None and today() > due_on:
        raise Conflict(
            "The last day was %(day)s. Ask the province for more time.", day=format_date(due_on)
        )


def reopen(record: CommuneScore) -> None:
    """A card in which something changed is to be explained anew."""
    if record.state == EXPLAINED:
        record.state = REVIEWED


def _change(record: CommuneScore, code: str, actor: Actor, action: str, **values: Any) -> bool:
    row = db.session.get(CriterionEntry, (record.id, code))
    if row is None:
        row = CriterionEntry(
            card_id=record.id, criterion=code, reported="", explanation="", remark=""
        )
        db.session.add(row)
    before = entry_of(row).to_json()
    for name, value in values.items():
        setattr(row, name, value)
    db.session.flush()
    db.session.refresh(row)
    after = entry_of(row).to_json()
    if before == after:
        return False
    audit.record(
        actor.label, action, subject_of(record), criterion=code, before=before, after=after
    )
    return True


def subject_of(record: CommuneScore) -> str:
    """The card's name in the audit trail."""
    return f"score:{record.id}"


def _points(criterion: Criterion, text: str) -> Decimal | None:
    if not text.strip():
        return None
    if not is_number(text):
        raise BadRequest(
            "Write points as a number from 0 to %(points)s, such as %(example)s.",
            points=shown(criterion.points), example=Decimal("12.5"),
        )  # fmt: skip
    points = number(text)
    if points > criterion.points:
        raise BadRequest(
            "This criterion has at most %(points)s points.", points=shown(criterion.points)
        )
    if points != Fraction(shown(points)):
        raise BadRequest("Points have at most two decimals.")
    return shown(points)


def _text(text: str) -> str:
    if len(text) > LONGEST:
        raise BadRequest("This text is too long.")
    return text.strip()
