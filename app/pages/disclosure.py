"""The rule of what is withheld: a setting of the province, with the decision it rests on."""

from dataclasses import replace

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from app.access import requires
from app.accounts.scope import require_whole
from app.db import db, transaction
from app.errors import BadRequest
from app.indicators.disclosure import Rule
from app.indicators.models import IndicatorVersion
from app.indicators.release_queries import rule_of
from app.indicators.releases import set_rule
from app.pages.blueprint import pages
from app.pages.inputs import posted
from app.pages.reader import reader
from app.pages.releases import GIVE_OUT
from app.pages.rounds import find_round
from app.pages.rules import UNIT

# Fields of the form with the smallest and largest number that each takes.
NUMBERS = {"threshold": (1, 100), "smallest_n": (0, 1000), "round_to": (1, 100)}


@pages.get(f"/rounds/<{UNIT}:round_id>/disclosure")
@requires(GIVE_OUT)
def show_rule(round_id: int) -> ResponseReturnValue:
    """The rule that the next release of the round's project follows."""
    found = find_round(reader(), round_id, GIVE_OUT)
    require_whole(reader(), GIVE_OUT, found.project_id)
    known = select(IndicatorVersion).filter_by(project_id=found.project_id, in_force=True)
    return render_template(
        "disclosure.html",
        round=found,
        rule=rule_of(found.project_id),
        numbers=NUMBERS,
        indicators=db.session.scalars(known.order_by(IndicatorVersion.code)).all(),
    )


@pages.post(f"/rounds/<{UNIT}:round_id>/disclosure")
@requires(GIVE_OUT)
def save_rule(round_id: int) -> ResponseReturnValue:
    """Sets the rule; what was given out stays as it was."""
    actor = reader()
    found = find_round(actor, round_id, GIVE_OUT)
    with transaction():
        require_whole(actor, GIVE_OUT, found.project_id)
        before = rule_of(found.project_id)
        rule = _posted(before)
        if rule != before:
            set_rule(found.project_id, rule, actor)
    return redirect(url_for("pages.show_releases", round_id=round_id), 303)


def _posted(before: Rule) -> Rule:
    numbers = {name: _number(name, *bounds) for name, bounds in NUMBERS.items()}
    note = posted("legal_note")
    if not note:
        raise BadRequest("Name the decision that the rule rests on.")
    return replace(
        before,
        **numbers,
        final_coverage=_number("final_coverage", 0, 100) / 100,
        sensitive=frozenset(posted("sensitive").replace(",", " ").split()),
        legal_note=note,
    )


def _number(name: str, least: int, most: int) -> int:
    text = posted(name)
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    if not is_number or not least <= int(text) <= most:
        raise BadRequest("Write whole numbers from %(least)s to %(most)s.", least=least, most=most)
    return int(text)
