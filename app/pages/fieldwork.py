"""Field work: coverage, households and who visits them, and what phones sent day by day."""

from datetime import date, timedelta

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.accounts.actors import Actor
from app.accounts.models import AppUser
from app.accounts.territory import get_unit
from app.clock import today
from app.db import transaction
from app.errors import BadRequest, NotFound, Problem
from app.fieldwork import assignments
from app.fieldwork.deliveries import STEPS, deliveries, reconcile, silences, surveyors_in
from app.fieldwork.progress import (
    OPEN,
    STATES,
    coverage,
    given_by_day,
    households,
    villages_below,
)
from app.org_units.models import OrgUnit
from app.pages.blueprint import pages
from app.pages.inputs import asked, asked_id, chosen, posted, posted_id
from app.pages.reader import reader
from app.pages.rounds import communes_of, find_round
from app.pages.rules import UNIT
from app.rounds.models import Round
from app.rounds.queries import next_deadline

CAPABILITY = "submission.read"
DAYS = 14  # of reconciliation on one page
SILENT = 3  # days without anything after which a surveyor is marked, if no others are asked for


@pages.get(f"/rounds/<{UNIT}:round_id>/fieldwork")
@requires(CAPABILITY)
def choose_commune(round_id: int) -> ResponseReturnValue:
    """The reader's communes with how far each is; straight to the only one."""
    actor = reader()
    found = find_round(actor, round_id)
    communes = communes_of(actor, found)
    if len(communes) == 1:
        only = communes[0].id
        return redirect(url_for("pages.show_fieldwork", round_id=round_id, commune_id=only))
    tallies = {
        commune.id: coverage(found, villages_below(actor, found, commune.id)).whole
        for commune in communes
    }
    return render_template(
        "fieldwork_communes.html", round=found, communes=communes, tallies=tallies
    )


@pages.get(f"/rounds/<{UNIT}:round_id>/communes/<{UNIT}:commune_id>")
@requires(CAPABILITY)
def show_fieldwork(round_id: int, commune_id: int) -> ResponseReturnValue:
    """How far a commune is: by village, by surveyor, day by day, and who is silent."""
    actor = reader()
    found = find_round(actor, round_id)
    commune = get_unit(actor, CAPABILITY, commune_id, level="commune")
    villages = villages_below(actor, found, commune.id)
    last = _day(asked("until")) or today()
    first = last - timedelta(DAYS - 1)
    return render_template(
        "fieldwork.html",
        round=found,
        commune=commune,
        villages=villages,
        done=coverage(found, villages),
        surveyors={one.id: one for one in surveyors_in(actor, found.project_id, commune.id)},
        silences=silences(actor, found, commune.id),
        silent=_silent(),
        deadline=next_deadline(found),
        days=reconcile(actor, found, commune.id, first, last, given=given_by_day(found, villages)),
        steps=STEPS,
        states=STATES,
        earlier=first - timedelta(1),
        is_latest=last >= today(),
    )


@pages.get(f"/rounds/<{UNIT}:round_id>/communes/<{UNIT}:commune_id>/households")
@requires(CAPABILITY)
def list_households(round_id: int, commune_id: int) -> ResponseReturnValue:
    """The round's households of a commune, as filtered; a lead gives them to surveyors here."""
    actor = reader()
    found = find_round(actor, round_id)
    return _households(found, get_unit(actor, CAPABILITY, commune_id, level="commune"))


@pages.post(f"/rounds/<{UNIT}:round_id>/communes/<{UNIT}:commune_id>/households")
@requires(assignments.CAPABILITY)
def give_households(round_id: int, commune_id: int) -> ResponseReturnValue:
    """Gives the ticked households to a surveyor, or takes them back."""
    actor = reader()
    found = find_round(actor, round_id, assignments.CAPABILITY)
    commune = get_unit(actor, assignments.CAPABILITY, commune_id, level="commune")
    ticked = request.form.getlist("household")
    try:
        with transaction():
            _give(found, ticked, actor)
    except (BadRequest, NotFound) as problem:
        return _households(found, commune, problem), problem.status
    return redirect(request.full_path.rstrip("?"), 303)


@pages.post(f"/rounds/<{UNIT}:round_id>/communes/<{UNIT}:commune_id>/share")
@requires(assignments.CAPABILITY)
def share_households(round_id: int, commune_id: int) -> ResponseReturnValue:
    """Shares the households of the commune or one of its villages out evenly."""
    actor = reader()
    found = find_round(actor, round_id, assignments.CAPABILITY)
    commune = get_unit(actor, assignments.CAPABILITY, commune_id, level="commune")
    wanted = {int(n) for n in request.form.getlist("surveyor") if n.isdecimal() and len(n) < 10}  # noqa: PLR2004
    try:
        with transaction():
            village = posted_id("village")
            unit = get_unit(actor, assignments.CAPABILITY, village or commune.id)
            assignments.share_evenly(
                found, unit.id, wanted, actor=actor, again=posted("again") == "yes"
            )
    except (BadRequest, NotFound) as problem:
        return _households(found, commune, problem), problem.status
    there = url_for(
        "pages.list_households", round_id=round_id, commune_id=commune_id, village=village
    )
    return redirect(there, 303)


@pages.get(f"/rounds/<{UNIT}:round_id>/communes/<{UNIT}:commune_id>/surveyors/<{UNIT}:app_user_id>")
@requires(CAPABILITY)
def show_visits(round_id: int, commune_id: int, app_user_id: int) -> ResponseReturnValue:
    """A surveyor's households on paper: in each village the unvisited first; then what is done."""
    actor = reader()
    found = find_round(actor, round_id)
    commune = get_unit(actor, CAPABILITY, commune_id, level="commune")
    known = {one.id: one for one in surveyors_in(actor, found.project_id, commune.id)}
    if app_user_id not in known:
        raise NotFound
    villages = villages_below(actor, found, commune.id)
    place = {village.id: number for number, village in enumerate(villages)}
    theirs = [one for one in households(found, villages) if one.app_user_id == app_user_id]
    return render_template(
        "visits.html",
        round=found,
        commune=commune,
        surveyor=known[app_user_id],
        open=sorted(
            (one for one in theirs if one.state in OPEN),
            key=lambda one: (place[one.village_id], OPEN.index(one.state)),
        ),
        done=[one for one in theirs if one.state not in OPEN],
        names={one.id: one for one in villages},
        deadline=next_deadline(found),
        day=today(),
    )


@pages.get(f"/rounds/<{UNIT}:round_id>/communes/<{UNIT}:commune_id>/days/<day>")
@requires(CAPABILITY)
def list_deliveries(round_id: int, commune_id: int, day: str) -> ResponseReturnValue:
    """The uploads behind a number of the reconciliation."""
    actor = reader()
    found = find_round(actor, round_id)
    commune = get_unit(actor, CAPABILITY, commune_id, level="commune")
    when, step = _day(day), chosen("step", STEPS) or "sent"
    if when is None:
        raise NotFound
    return render_template(
        "deliveries.html",
        round=found,
        commune=commune,
        day=when,
        step=step,
        steps=STEPS,
        uploads=deliveries(actor, found, commune.id, when, step),
        surveyors={one.id: one for one in surveyors_in(actor, found.project_id, commune.id)},
    )


def _give(found: Round, ticked: list[str], actor: Actor) -> None:
    if not ticked:
        raise BadRequest("Tick the households first.")
    if posted("surveyor") == "nobody":
        assignments.unassign(found, ticked, actor=actor)
    else:
        wanted = dict.fromkeys(ticked, posted_id("surveyor") or 0)
        assignments.assign(found, wanted, actor=actor)


def _households(found: Round, commune: OrgUnit, problem: Problem | None = None) -> str:
    actor = reader()
    villages = villages_below(actor, found, commune.id)
    village, state, surveyor = asked_id("village"), chosen("state", STATES), asked("surveyor")
    given = _day(asked("given"))
    wanted = [one for one in villages if village in {None, one.id}]
    listed = [
        one
        for one in households(found, wanted)
        if state in {None, one.state}
        and surveyor in {"", str(one.app_user_id or "nobody")}
        and (given is None or (one.given_on is not None and one.given_on <= given))
    ]
    surveyors: list[AppUser] = surveyors_in(actor, found.project_id, commune.id)
    return render_template(
        "round_households.html",
        round=found,
        commune=commune,
        villages=villages,
        names={one.id: one for one in villages},
        households=listed,
        surveyors=surveyors,
        people={one.id: one for one in surveyors},
        asked={"village": village, "state": state, "surveyor": surveyor, "given": given},
        states=STATES,
        may_give=actor.may(assignments.CAPABILITY, found.project_id),
        problem=problem,
    )


def _silent() -> int:
    text = asked("silent")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else SILENT  # noqa: PLR2004


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
