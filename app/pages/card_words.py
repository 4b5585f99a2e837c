"""Words for a commune's card: its states, what it lacks, and what was done to it."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.i18n import format_date, format_number, gettext
from app.scorecards.card import LACKS, STATES
from app.scorecards.points import shown


def card_state(code: str) -> str:
    """How far a card is."""
    known = {
        "computed": gettext("computed"),
        "reviewed": gettext("looked at by the commune"),
        "explained": gettext("explained"),
        "submitted": gettext("handed in to the province"),
        "appraised": gettext("appraised"),
        "returned": gettext("returned to the commune"),
    }
    return known.get(code, code)


def card_lack(code: str) -> str:
    """What is still to be done about a criterion."""
    return gettext(LACKS.get(code, code))


def card_act(code: str) -> str:
    """What was done to a card."""
    known = {
        "scorecard.written": gettext("the commune wrote"),
        "scorecard.granted": gettext("the province granted"),
        "scorecard.file_added": gettext("a file was added"),
        "scorecard.file_removed": gettext("a file was removed"),
        "scorecard.extended": gettext("more time was given"),
    }
    return known.get(code) or card_state(code.removeprefix("scorecard."))


def card_field(code: str) -> str:
    """What of a card was changed."""
    known = {
        "reported": gettext("Report"),
        "own": gettext("Own points"),
        "explanation": gettext("Explanation"),
        "appraised": gettext("Granted"),
        "remark": gettext("Remark"),
        "file": gettext("File"),
        "state": gettext("State"),
        "reason": gettext("Reason"),
        "due_on": gettext("Last day"),
    }
    return known.get(code, code)


def card_word(value: str, field: str) -> str:
    """A value as it was changed: a state in words, points and days as they are read elsewhere."""
    if field in {"own", "appraised"}:
        return format_number(Decimal(value), 2)
    if field == "due_on":
        return format_date(date.fromisoformat(value))
    return card_state(value) if value in STATES else value


def reported_choice(code: str) -> str:
    """What a commune reports where it chooses; anything else as it was typed."""
    known = {
        "head": gettext("the head"),
        "deputy": gettext("a deputy"),
        "other": gettext("somebody else, or nobody"),
        "yes": gettext("yes"),
        "no": gettext("no"),
    }
    return known.get(code, code)


def own_points(points: Fraction | None) -> str:
    """Points as they were typed, for the field that they are changed in."""
    return "" if points is None else format_number(shown(points), 2)
