"""Changes of places by page: what was decided, what it would do, doing it, taking it back."""

import csv
import hashlib
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import regrouping
from app.access import requires, takes
from app.accounts.territory import UnitFilter, find_units, get_unit, visible
from app.db import transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.households.division import read_houses
from app.households.places import list_codes
from app.org_units import hierarchy
from app.org_units.changes import Decision, Newcomer
from app.org_units.history import places_of
from app.org_units.models import OrgUnit, OrgUnitEvent
from app.org_units.village_checks import TYPES
from app.org_units.village_sheet import read_grid
from app.pages.blueprint import pages
from app.pages.inputs import asked_id, chosen, posted, posted_id, read_day, read_id
from app.pages.places import CAPABILITY, MANAGE
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.regrouping import Effects
from app.xforms.problems import FormRefused

KINDS = ("rename", "retype", "move", "merge", "split")
USUAL_TYPES = {
    "village": TYPES,
    "commune": ("xã", "phường", "đặc khu"),
    "province": ("tỉnh", "thành phố"),
}
MOST_PARTS = 10
LARGEST = 1024 * 1024  # bytes of a list of households
PAGE = 50
NOT_SAID = {"csrf", "act", "seen"}  # fields that say nothing about the change itself


@pages.get("/places/changes")
@requires(CAPABILITY)
def list_place_changes() -> ResponseReturnValue:
    """Changes in the reader's territory, the newest first."""
    return _list()


@pages.post(f"/places/changes/<{UNIT}:event_id>/undo")
@requires(MANAGE)
def undo_place_change(event_id: int) -> ResponseReturnValue:
    """Takes a change back, or says what rests on it."""
    actor = reader()
    try:
        with transaction():
            regrouping.get_change(actor, event_id, MANAGE)
            regrouping.take_back(event_id, actor.label)
    except Conflict as problem:
        return _list(problem), problem.status
    return redirect(url_for("pages.list_place_changes"), 303)


@pages.get(f"/places/<{UNIT}:unit_id>/change")
@requires(MANAGE)
def new_place_change(unit_id: int) -> ResponseReturnValue:
    """The form of one kind of change."""
    unit = get_unit(reader(), MANAGE, unit_id)
    said = {"name": unit.name, "type": unit.type, "parts": "2"}
    if unit.level == "village":
        said["houses"] = "".join(f"{code};\n" for code in list_codes(reader(), unit.id))
    said |= {f"type_{number}": unit.type for number in range(1, MOST_PARTS + 1)}
    return _form(unit, chosen("kind", KINDS) or KINDS[0], said)


@pages.post(f"/places/<{UNIT}:unit_id>/change")
@requires(MANAGE)
@takes(LARGEST)
def change_place(unit_id: int) -> ResponseReturnValue:
    """Shows what the change would do; carries out what was shown."""
    actor = reader()
    unit = get_unit(actor, MANAGE, unit_id)
    kind = posted("kind")
    if kind not in KINDS:
        raise BadRequest("Choose what to decide.")
    said: dict[str, Any] = request.form.to_dict() | {"parts": str(_parts())}
    try:
        said["houses"] = _handed_in()
        if posted("act") == "more":
            return _form(unit, kind, said | {"parts": str(_parts() + 1)})
        with transaction():
            change = _change(unit, kind, said)
            if posted("act") != "confirm" or posted("seen") != _mark(said):
                effects = regrouping.preview(change)
                # What was tried out is called as it would be then.
                return _form(get_unit(actor, MANAGE, unit_id), kind, said, effects=effects)
            change()
    except (BadRequest, Conflict, NotFound) as problem:
        return _form(unit, kind, said, problem=problem), problem.status
    return redirect(url_for("pages.list_place_changes"), 303)


def _change(unit: OrgUnit, kind: str, said: Mapping[str, str]) -> Callable[[], Effects]:
    actor = reader()
    decision = Decision(read_day(posted("on")), posted("legal_ref"), actor.label)
    if kind == "rename":
        return lambda: regrouping.rename(unit.id, posted("name"), decision)
    if kind == "retype":
        return lambda: regrouping.retype(unit.id, posted("type"), decision)
    if kind == "move":
        target = get_unit(actor, MANAGE, posted_id("parent", 2**31 - 1) or 0)
        return lambda: regrouping.move(unit.id, target.id, decision)
    if kind == "merge":
        others = [read_id(text) for text in request.form.getlist("with")]
        ids = [unit.id, *(get_unit(actor, MANAGE, pk or 0).id for pk in others)]
        into = Newcomer(posted("name"), posted("type"), posted("code") or None)
        return lambda: regrouping.merge(ids, into, decision)
    into_parts = [_newcomer(unit, number) for number in range(1, _parts() + 1)]
    houses = read_houses(said["houses"], [one.name for one in into_parts])
    by_gps = posted("gps") == "yes"
    return lambda: regrouping.split(unit.id, into_parts, decision, houses, by_gps=by_gps)


def _newcomer(unit: OrgUnit, number: int) -> Newcomer:
    inside = tuple(
        child.id
        for child in hierarchy.children(unit.id)
        if posted(f"takes_{child.id}") == str(number)
    )
    point = [_degrees(posted(f"{axis}_{number}")) for axis in ("longitude", "latitude")]
    return Newcomer(
        posted(f"name_{number}"), posted(f"type_{number}"), posted(f"code_{number}") or None,
        inside, *point,
    )  # fmt: skip


def _degrees(text: str) -> float | None:
    try:
        return float(text.replace(",", ".")) if text else None
    except ValueError:
        raise BadRequest("“%(text)s” is no number of degrees.", text=text[:20]) from None


def _parts() -> int:
    return min(max(posted_id("parts") or 2, 2), MOST_PARTS)


def _handed_in() -> str:
    """The list of households as text: of the file, else as typed."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return posted("houses", longest=None)
    try:
        grid = read_grid(file.read(), PurePath(file.filename).suffix.lower())
    except (FormRefused, UnicodeDecodeError, csv.Error):
        raise BadRequest("Save the file as .xlsx, or as CSV in UTF-8.") from None
    return "\n".join("\t".join(row) for row in grid)


def _mark(said: Mapping[str, str]) -> str:
    """Stands for everything the form says, so that nothing else is carried out than was shown."""
    with_ = ",".join(sorted(request.form.getlist("with")))
    lines = sorted(f"{key}={text.split()}" for key, text in said.items() if key not in NOT_SAID)
    return hashlib.sha256("\n".join([with_, *lines]).encode()).hexdigest()


def _form(
    unit: OrgUnit,
    kind: str,
    said: Mapping[str, str],
    *,
    problem: Problem | None = None,
    effects: Effects | None = None,
) -> str:
    actor, around = reader(), hierarchy.parent(unit.id)
    beside = hierarchy.children(around.id) if around else ()
    targets = find_units(actor, MANAGE, UnitFilter(level=around.level)) if around else ()
    return render_template(
        "place_change.html",
        unit=unit,
        kind=kind,
        kinds=[one for one in KINDS if around or one != "move"],
        said=said,
        ticked=set(request.form.getlist("with")),
        parts=min(int(said.get("parts") or 2), MOST_PARTS) if kind == "split" else 0,
        most_parts=MOST_PARTS,
        beside=[one for one in beside if one.id != unit.id and one.level == unit.level],
        targets=[one for one in targets if around and one.id != around.id],
        inside=hierarchy.children(unit.id),
        types=USUAL_TYPES.get(unit.level, ()),
        effects=effects,
        seen=_mark(said) if effects else "",
        problem=problem,
    )


def _list(problem: Problem | None = None) -> str:
    actor, offset = reader(), asked_id("after") or 0
    events = regrouping.list_changes(actor, offset=offset, limit=PAGE + 1)
    return render_template(
        "place_changes.html",
        changes=[(event, *places_of(event), _may_undo(event)) for event in events[:PAGE]],
        following=offset + PAGE if len(events) > PAGE else None,
        problem=problem,
    )


def _may_undo(event: OrgUnitEvent) -> bool:
    kept = {int(unit) for unit in event.detail["kept"]}
    return event.undone_at is None and visible(reader(), MANAGE, kept) == kept
