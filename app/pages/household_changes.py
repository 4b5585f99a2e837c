"""Changes of the registry by hand: tried out first, then carried out; and likely doubles."""

from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app import programme
from app.access import requires
from app.accounts.territory import get_unit
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.households import changes, queries
from app.households.changes import CAPABILITY
from app.households.duplicates import MOST_PAIRS, find_pairs, keep_apart
from app.households.search import NAMES, READ
from app.org_units.queries import find_village
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.households import household_page
from app.pages.inputs import LARGEST_RECORD, chosen, posted, posted_id
from app.pages.reader import reader
from app.pages.rules import UNIT

LARGEST_NUMBER = 2**31 - 1
FIELDS = ("act", "village", "elsewhere", "number", "into", "label")


@pages.post("/households/<uuid:household>/change")
@requires(CAPABILITY)
def change_household(household: Any) -> ResponseReturnValue:
    """Shows what a move, merge or split would leave; carries it out once that was confirmed."""
    actor, uuid = reader(), str(household)
    known = queries.get_known(actor, uuid)
    try:
        change, which = _change(known.code)
        with transaction():
            if posted("confirmed") != "yes":
                trial = changes.preview(known.project_id, change, *which, actor=actor)
                tried = {name: posted(name) for name in FIELDS}
                return household_page(uuid, trial=trial, tried=tried)
            done = programme.change_household(known.project_id, change, *which, actor=actor)
            code = done.other if done.kind == "merge" else done.code
            ids = queries.ids_of(known.project_id, [code or known.code])
    except (BadRequest, Conflict, NotFound) as problem:
        return _again(uuid, problem)
    return redirect(url_for("pages.show_household", household=next(iter(ids.values()), uuid)), 303)


@pages.post("/households/<uuid:household>/undo")
@requires(CAPABILITY)
def undo_household(household: Any) -> ResponseReturnValue:
    """Takes the newest change by hand back."""
    actor, uuid = reader(), str(household)
    known = queries.get_known(actor, uuid)
    try:
        with transaction():
            programme.change_household(
                known.project_id,
                changes.undo,
                posted_id("change", LARGEST_RECORD) or 0,
                actor=actor,
            )
    except (BadRequest, Conflict, NotFound) as problem:
        return _again(uuid, problem)
    return redirect(url_for("pages.show_household", household=uuid), 303)


@pages.get(f"/households/pairs/<{UNIT}:commune_id>")
@requires(READ)
def list_pairs(commune_id: int) -> ResponseReturnValue:
    """Households of a commune that may be one."""
    with transaction():
        return _pairs(commune_id)


@pages.post(f"/households/pairs/<{UNIT}:commune_id>")
@requires(CAPABILITY)
def settle_pair(commune_id: int) -> ResponseReturnValue:
    """Merges the two, or notes that they are two."""
    actor = reader()
    get_unit(actor, CAPABILITY, commune_id, level="commune")
    project = choose_project(actor, CAPABILITY).chosen
    try:
        with transaction():
            _settle(project.id, posted("one"), posted("other"))
    except (BadRequest, Conflict, NotFound) as problem:
        with transaction():
            return _pairs(commune_id, problem), problem.status
    names = chosen("names", ("yes",))
    there = url_for("pages.list_pairs", commune_id=commune_id, project=project.id, names=names)
    return redirect(there, 303)


def _settle(project_id: int, one: str, other: str) -> None:
    act, actor = posted("act"), reader()
    if act == "distinct":
        keep_apart(project_id, one, other, actor=actor)
    elif act in {"one", "other"}:
        stays, goes = (one, other) if act == "one" else (other, one)
        programme.change_household(project_id, changes.merge, goes, stays, actor=actor)
    else:
        raise BadRequest("Choose what to decide.")


def _change(code: str) -> tuple[Any, tuple[Any, ...]]:
    act = posted("act")
    if act == "merge":
        return changes.merge, (code, posted("into").upper())
    if act == "split":
        return changes.split, (code, posted("label") or None)
    if act != "move":
        raise BadRequest("Choose what to decide.")
    elsewhere = posted("elsewhere").upper()
    village = find_village(elsewhere) if elsewhere else None
    village_id = (village.id if village else 0) if elsewhere else posted_id("village") or 0
    number = posted_id("number", LARGEST_NUMBER)
    if posted("number") and number is None:
        raise BadRequest("Write the number of the household as a whole number.")
    return changes.move, (code, village_id, number)


def _again(uuid: str, problem: Problem) -> ResponseReturnValue:
    with transaction():
        return household_page(uuid, problem=problem), problem.status


def _pairs(commune_id: int, problem: Problem | None = None) -> str:
    actor = reader()
    commune = get_unit(actor, READ, commune_id, level="commune")
    projects = choose_project(actor, READ)
    named = chosen("names", ("yes",)) is not None
    pairs = find_pairs(projects.chosen.id, commune.id, actor=actor)
    codes = {code for pair in pairs for code in (pair.one, pair.other)}
    return render_template(
        "household_pairs.html",
        commune=commune,
        projects=projects,
        pairs=pairs,
        most=MOST_PAIRS,
        found=queries.by_codes(actor, projects.chosen.id, codes, named=named),
        named=named,
        may_name=actor.may(NAMES, projects.chosen.id),
        may_change=actor.may(CAPABILITY, projects.chosen.id),
        problem=problem,
    )
