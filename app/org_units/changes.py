"""Changes of places: merge, split, rename, retype, move, each from a day and with its legal basis.

A place whose ground changes ends, and new ones begin: nobody's figures are ever taken for those of
other ground. A place that is only renamed, retyped or moved stays itself. Every change can be
undone (`undo.py`) as long as nothing rests on it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from app.clock import today
from app.db import db, driver
from app.errors import BadRequest, Conflict
from app.org_units import names
from app.org_units.closure import rebuild
from app.org_units.ground import DAY
from app.org_units.hierarchy import children, parent, valid_on
from app.org_units.models import (
    OrgUnit,
    OrgUnitCode,
    OrgUnitEvent,
    OrgUnitName,
    OrgUnitParent,
    OrgUnitSuccession,
)
from app.org_units.queries import find_by_code, get_unit
from app.org_units.undo import Ledger
from app.org_units.villages import fresh_public_id, tidy

LOCK = "select pg_advisory_xact_lock(hashtext('org_unit_events'))"


@dataclass(frozen=True, slots=True)
class Decision:
    """From which day something holds, which paper says so, and who entered it."""

    on: date
    legal_ref: str
    actor: str = "operator"


@dataclass(frozen=True, slots=True)
class Newcomer:
    """A place that a change makes; `takes` are places that lay in what was split and go to it."""

    name: str
    type: str
    code: str | None = None  # official code; villages get an id of ours
    takes: tuple[int, ...] = ()
    longitude: float | None = None
    latitude: float | None = None


def merge(unit_ids: Sequence[int], into: Newcomer, decision: Decision) -> OrgUnitEvent:
    """Several places of one level become one; what lay in them lies in it."""
    ledger = _open(decision)
    units = [_living(unit_id, decision.on) for unit_id in dict.fromkeys(unit_ids)]
    if len(units) < 2:  # noqa: PLR2004
        raise BadRequest("Name at least two places that become one.")
    if len({unit.level for unit in units}) > 1:
        raise BadRequest("Only places of one level can become one.")
    above = {around.id: around for unit in units if (around := parent(unit.id, _eve(decision.on)))}
    if len(above) > 1:
        raise BadRequest("They lie in different places. Move them into one first.")
    moving = [child for unit in units for child in children(unit.id, _eve(decision.on))]
    for unit in units:
        ledger.keep(unit.id)
        _end(unit, decision.on)
    made = _begin(into, units[0].level, next(iter(above), None), decision.on, ledger)
    event = ledger.record("merge", decision)
    _succeed(units, [made], "whole", event)
    _rehome(moving, made.id, decision.on, ledger)
    return _close(event, ledger)


def split(unit_id: int, into: Sequence[Newcomer], decision: Decision) -> OrgUnitEvent:
    """One place becomes several; each place that lay in it is given to exactly one of them."""
    ledger = _open(decision)
    unit = _living(unit_id, decision.on)
    if len(into) < 2:  # noqa: PLR2004
        raise BadRequest("Name at least two places that it becomes.")
    if len({(tidy(one.name), tidy(one.type).lower()) for one in into}) < len(into):
        raise Conflict("There is a place of this name and type already.")
    around = parent(unit.id, _eve(decision.on))
    inside = {child.id: child for child in children(unit.id, _eve(decision.on))}
    given = [child_id for newcomer in into for child_id in newcomer.takes]
    if sorted(given) != sorted(inside):
        missing = [inside[one].name for one in inside if given.count(one) != 1]
        raise BadRequest(
            "Give each place inside to exactly one of the new ones. Still open: %(names)s.",
            names=", ".join(missing) or "-",
        )
    ledger.keep(unit.id)
    _end(unit, decision.on)
    made = [
        _begin(one, unit.level, around.id if around else None, decision.on, ledger) for one in into
    ]
    event = ledger.record("split", decision)
    _succeed([unit], made, "part", event)
    for newcomer, place in zip(into, made, strict=True):
        moving = [inside[child] for child in newcomer.takes]
        _rehome(moving, place.id, decision.on, ledger)
    return _close(event, ledger)


def rename(unit_id: int, name: str, decision: Decision) -> OrgUnitEvent:
    """A place is called otherwise from a day on."""
    return _call("rename", unit_id, decision, name=name)


def retype(unit_id: int, type_: str, decision: Decision) -> OrgUnitEvent:
    """A place is of another type from a day on, such as a xã that becomes a phường."""
    return _call("retype", unit_id, decision, type_=type_)


def move(unit_id: int, parent_id: int, decision: Decision) -> OrgUnitEvent:
    """A place lies in another place of the same level from a day on."""
    ledger = _open(decision)
    unit, target = _living(unit_id, decision.on), _living(parent_id, decision.on)
    now = parent(unit.id, decision.on)
    if now is None or now.level != target.level:
        raise BadRequest("A place moves between places of one level.")
    if now.id == target.id:
        raise Conflict("It lies there already.")
    _rehome([unit], target.id, decision.on, ledger)
    return _close(ledger.record("move", decision), ledger)


def _call(
    kind: str,
    unit_id: int,
    decision: Decision,
    *,
    name: str | None = None,
    type_: str | None = None,
) -> OrgUnitEvent:
    ledger = _open(decision)
    unit = _living(unit_id, decision.on)
    new_name, new_type = tidy(name or unit.name), tidy(type_ or unit.type).lower()
    if not names.fold(new_name) or not new_type:
        raise BadRequest("A place needs a name and a type.")
    if (new_name, new_type) == (unit.name, unit.type):
        raise Conflict("It is called so already.")
    last = db.session.scalar(
        select(func.max(OrgUnitName.valid_to)).where(OrgUnitName.unit_id == unit.id)
    )
    first = unit.valid_from if last is None else last + DAY
    if first >= decision.on:
        raise _too_early(unit, first)
    ledger.keep(unit.id)
    former = OrgUnitName(
        unit_id=unit.id, type=unit.type, name=unit.name, search_key=unit.search_key,
        valid_from=first, valid_to=_eve(decision.on),
    )  # fmt: skip
    db.session.add(former)
    unit.name, unit.type = new_name, new_type
    unit.search_key, unit.sort_key = names.fold(new_name), names.sort_key(new_name)
    return _close(ledger.record(kind, decision), ledger)


def _open(decision: Decision) -> Ledger:
    if not decision.legal_ref.strip():
        raise BadRequest("Name the decision that this rests on, with its number.")
    if decision.on > today():
        raise BadRequest("Enter it on the day from which it holds; that day is still to come.")
    driver().execute(LOCK)
    return Ledger()


def _close(event: OrgUnitEvent, ledger: Ledger) -> OrgUnitEvent:
    event.detail = ledger.detail()
    db.session.flush()
    rebuild([*ledger.kept, *ledger.made])
    db.session.expire_all()
    return event


def _eve(on: date) -> date:
    return on - DAY


def _living(unit_id: int, on: date) -> OrgUnit:
    unit = get_unit(unit_id)
    if unit.valid_to is not None:
        raise Conflict("%(name)s has ended already.", name=unit.name)
    if unit.valid_from >= on:
        raise _too_early(unit, unit.valid_from)
    return unit


def _too_early(unit: OrgUnit, first: date) -> BadRequest:
    return BadRequest(
        "%(name)s changed on %(day)s; what comes later has a later day.",
        name=unit.name,
        day=first.isoformat(),
    )


def _end(unit: OrgUnit, on: date) -> None:
    """The place, its code and its lying somewhere end on the eve."""
    unit.valid_to = _eve(on)
    for dated in (
        *db.session.scalars(
            select(OrgUnitCode).where(OrgUnitCode.org_unit_id == unit.id, valid_on(OrgUnitCode, on))
        ),
        *db.session.scalars(
            select(OrgUnitParent).where(
                OrgUnitParent.unit_id == unit.id, valid_on(OrgUnitParent, on)
            )
        ),
    ):
        if dated.valid_from >= on:
            raise _too_early(unit, dated.valid_from)
        dated.valid_to = _eve(on)
    db.session.flush()


def _begin(new: Newcomer, level: str, parent_id: int | None, on: date, ledger: Ledger) -> OrgUnit:
    name, type_ = tidy(new.name), tidy(new.type).lower()
    _check_name(name, type_, parent_id)
    _check_code(new.code, level, on)
    unit = OrgUnit(
        public_id=fresh_public_id() if level == "village" else None,
        level=level, type=type_, name=name,
        search_key=names.fold(name), sort_key=names.sort_key(name), valid_from=on,
        longitude=new.longitude, latitude=new.latitude,
    )  # fmt: skip
    db.session.add(unit)
    db.session.flush()
    if new.code is not None:
        db.session.add(OrgUnitCode(org_unit_id=unit.id, code=new.code, valid_from=on))
    if parent_id is not None:
        db.session.add(OrgUnitParent(unit_id=unit.id, parent_id=parent_id, valid_from=on))
    db.session.flush()
    ledger.made.append(unit.id)
    return unit


def _check_name(name: str, type_: str, parent_id: int | None) -> None:
    if not names.fold(name) or not type_:
        raise BadRequest("A place needs a name and a type.")
    around = children(parent_id) if parent_id is not None else ()
    if any((other.name, other.type) == (name, type_) for other in around):
        raise Conflict("There is a place of this name and type already.")


def _check_code(code: str | None, level: str, on: date) -> None:
    if (code is None) != (level == "village"):
        raise BadRequest("Provinces and communes have an official code, villages none.")
    if code is None:
        return
    if not (code.isascii() and code.isdigit() and len(code) == (5 if level == "commune" else 2)):
        raise BadRequest("The code %(code)s is not one of this level.", code=code)
    if holder := find_by_code(code, on=on):
        raise Conflict("The code %(code)s is %(name)s's.", code=code, name=holder.name)


def _succeed(
    before: Iterable[OrgUnit], after: Sequence[OrgUnit], extent: str, event: OrgUnitEvent
) -> None:
    for old in before:
        for new in after:
            succession = OrgUnitSuccession(
                predecessor_id=old.id, successor_id=new.id, on_date=event.on_date, extent=extent,
                event_id=event.id,
            )  # fmt: skip
            db.session.add(succession)
    db.session.flush()


def _rehome(units: Iterable[OrgUnit], parent_id: int, on: date, ledger: Ledger) -> None:
    """What is there lies in another place from a day on; what came on that day or later, always."""
    for unit in units:
        ledger.keep(unit.id)
        spans = db.session.scalars(
            select(OrgUnitParent).where(
                OrgUnitParent.unit_id == unit.id, OrgUnitParent.valid_to.is_(None)
            )
        ).all()
        for span in spans:
            if span.valid_from >= on:
                raise _too_early(unit, span.valid_from)
            span.valid_to = _eve(on)
        db.session.add(OrgUnitParent(unit_id=unit.id, parent_id=parent_id, valid_from=on))
    db.session.flush()
