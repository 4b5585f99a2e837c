"""The card's way from the commune to the province and back, with its deadline."""

from datetime import date

from app import audit
from app.accounts.actors import Actor
from app.clock import today
from app.errors import BadRequest, Conflict, NotFound
from app.scorecards.card import APPRAISE, STEPS, Card, freeze
from app.scorecards.cards import Where, due_on_of, find_card, open_card
from app.scorecards.models import CommuneScore
from app.scorecards.writing import check_open, subject_of

LONGEST = 500  # characters of a reason


def advance(
    actor: Actor,
    where: Where,
    step: str,
    *,
    reason: str = "",
    due_on: date | None = None,
) -> str:
    """Takes one of STEPS; the state after it.

    `explain` and `submit` need every line complete, `appraise` points everywhere, `return` a reason
    and, once the deadline has passed, a new one. Raises `Conflict` when the card is elsewhere.
    """
    taken = STEPS.get(step)
    if taken is None:
        raise NotFound
    record = open_card(actor, taken.capability, where)
    if record.state not in taken.before:
        raise Conflict("The card has moved on meanwhile. Look at it again.")
    found = find_card(actor, where)
    if taken.capability != APPRAISE:
        check_open(record)
    _check(step, found.card)
    before = record.state
    record.state = taken.after
    if step == "submit":
        record.computed = freeze(found.score)
    if step == "return":
        _return(record, reason, due_on)
    audit.record(
        actor.label, f"scorecard.{taken.after}", subject_of(record),
        before={"state": before}, after=_said(taken.after, reason, due_on),
    )  # fmt: skip
    return record.state


def extend(
    actor: Actor,
    where: Where,
    until: date | None,
    reason: str,
) -> None:
    """Gives a commune time until a day, with a reason."""
    record = open_card(actor, APPRAISE, where)
    before = due_on_of(record)
    _give_time(record, until, reason)
    audit.record(
        actor.label, "scorecard.extended", subject_of(record),
        before={"due_on": before and before.isoformat()}, after=_said(None, reason, until),
    )  # fmt: skip


def _check(step: str, card: Card) -> None:
    if step in {"explain", "submit"} and (lacks := card.lacks()):
        raise Conflict("Something is still to be done about: %(codes)s.", codes=", ".join(lacks))
    if step == "appraise" and (codes := card.without_points()):
        raise Conflict("Give points first for: %(codes)s.", codes=", ".join(codes))


def _return(record: CommuneScore, reason: str, due_on: date | None) -> None:
    record.computed = None
    last = due_on_of(record)
    if due_on is not None or (last is not None and last < today()):
        _give_time(record, due_on, reason)
    elif not reason.strip():
        raise BadRequest("Write why.")


def _give_time(record: CommuneScore, until: date | None, reason: str) -> None:
    if not reason.strip() or len(reason) > LONGEST:
        raise BadRequest("Write why.")
    if until is None or until < today():
        raise BadRequest("Choose a last day that is not past.")
    record.due_on = until


def _said(state: str | None, reason: str, day: date | None) -> dict[str, str]:
    said = {"state": state, "reason": reason.strip(), "due_on": day and day.isoformat()}
    return {name: value for name, value in said.items() if value}
