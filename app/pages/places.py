"""Places of any day: what lies in what, finding them, and all that is known of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.accounts.territory import UnitFilter, find_tops, find_units, get_unit, visible
from app.clock import today
from app.errors import Problem
from app.households.places import count_households
from app.org_units import hierarchy
from app.org_units.crosswalk import Match, on_date
from app.org_units.history import history_of
from app.org_units.load import LAST_OLD_DAY, REFORM
from app.org_units.models import OrgUnit
from app.org_units.queries import called_on, codes_of
from app.pages.blueprint import pages
from app.pages.choices import choose_round
from app.pages.inputs import asked, asked_day
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.pages.words import full_name

CAPABILITY = "unit.read"
MANAGE = "unit.manage"
MOST = 100  # places that a search shows


@dataclass(frozen=True, slots=True)
class Line:
    """A place as it was called on a day, with its code."""

    unit: OrgUnit
    name: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A place that a search found: where it lies or lay last, and what it became."""

    line: Line
    around: Sequence[Line]
    heirs: Sequence[Match]


@pages.get("/places")
@requires(CAPABILITY)
def list_places() -> ResponseReturnValue:
    """The reader's places of a day, or those of any day that a text finds."""
    actor, wanted, day = reader(), asked("q"), asked_day("on") or today()
    hits = [_hit(unit) for unit in _search(actor, wanted)] if wanted else []
    tops = [] if wanted else find_tops(actor, CAPABILITY, day)
    return render_template(
        "places.html",
        wanted=wanted,
        hits=hits,
        most=MOST,
        lines=lines_of(tops, day),
        inside=lines_of(hierarchy.children(tops[0].id, day), day) if len(tops) == 1 else [],
        day=day,
        days=_days(),
        may_manage=actor.may(MANAGE),
    )


@pages.get(f"/places/<{UNIT}:unit_id>")
@requires(CAPABILITY)
def show_place(unit_id: int) -> ResponseReturnValue:
    """One place on a day: what lies in it and around it, its names and codes, and its history."""
    return place_page(get_unit(reader(), CAPABILITY, unit_id))


def place_page(unit: OrgUnit, problem: Problem | None = None) -> str:
    """The page of a place, with what was wrong with something that was asked for there."""
    actor = reader()
    day = asked_day("on") or unit.valid_to or today()
    history, heirs = history_of(unit), on_date(unit.id, day)
    around = lines_of(list(reversed(hierarchy.ancestors(unit.id, day))), day)
    edges = [place for edge in (*history.came_from, *history.went_to)
             for place in (edge.before, edge.after)]  # fmt: skip
    others = (*edges, *(line.unit for line in around), *(heir.unit for heir in heirs))
    reads = actor.may("submission.read")
    return render_template(
        "place.html",
        unit=unit,
        line=lines_of([unit], day)[0],
        day=day,
        days=_days(),
        around=around,
        inside=lines_of(hierarchy.children(unit.id, day), day),
        history=history,
        heirs=[heir for heir in heirs if heir.unit is not unit],
        is_there=any(heir.unit is unit for heir in heirs),
        seen=visible(actor, CAPABILITY, (place.id for place in others)),
        commune=hierarchy.commune_of(unit.id) if actor.may("indicator.read") else None,
        rounds=choose_round(actor, unit.id).all if reads else [],
        households=count_households(actor, unit.id, day) if reads else None,
        may_manage=sees(actor, MANAGE, unit.id),
        problem=problem,
    )


def lines_of(units: Sequence[OrgUnit], day: date) -> list[Line]:
    """Places with the names and codes they had on a day."""
    ids = [unit.id for unit in units]
    codes, called = codes_of(ids, day), called_on(ids, day)
    return [
        Line(unit, full_name(*called.get(unit.id, (unit.type, unit.name))), codes.get(unit.id))
        for unit in units
    ]


def _search(actor: Actor, text: str) -> Sequence[OrgUnit]:
    """By code of any day, else by any name."""
    by_code, by_name = UnitFilter(code=text, ever=True), UnitFilter(text=text, ever=True)
    found = find_units(actor, CAPABILITY, by_code, limit=MOST)
    return found or find_units(actor, CAPABILITY, by_name, limit=MOST)


def _hit(unit: OrgUnit) -> Hit:
    day = unit.valid_to or today()
    return Hit(
        line=lines_of([unit], day)[0],
        around=lines_of(hierarchy.ancestors(unit.id, day), day),
        heirs=() if unit.valid_to is None else on_date(unit.id, today()),
    )


def _days() -> tuple[date, ...]:
    """Often asked for: the last day of the three tiers, the first of the two, today."""
    return LAST_OLD_DAY, REFORM, today()
