"""What people change in the registry by hand: moves, merges and splits, each with its undo.

A household keeps its code whatever happens to it, since interviews, samples and assignments name it
so. Whatever was changed by hand is no longer overwritten by its listing (`listed_by` is null).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.clock import now
from app.db import db
from app.errors import BadRequest, Conflict, NotFound
from app.households.models import Household, HouseholdChange
from app.households.versions import (
    UNDOABLE,
    Version,
    check_number,
    enter,
    free_number,
    remember,
    snapshot,
)
from app.org_units.models import OrgUnit
from app.submissions.models import Interview, Submission

CAPABILITY = "fieldwork.manage"


def find_household(project_id: int, code: str, *, actor: Actor) -> Household:
    """The household with this code; `NotFound` also when it is not in the actor's hands."""
    found = db.session.scalar(select(Household).filter_by(project_id=project_id, code=code))
    if found is None or not sees(actor, CAPABILITY, found.village_id, project_id):
        raise NotFound("There is no household %(code)s, or it is not yours.", code=code)
    return found


def move(
    project_id: int, code: str, village_id: int, number: int | None = None, *, actor: Actor
) -> HouseholdChange:
    """Moves a household to another village; it gets the next free number, or the one named."""
    found = find_household(project_id, code, actor=actor)
    village = db.session.get(OrgUnit, village_id)
    if (
        village is None
        or village.level != "village"
        or not sees(actor, CAPABILITY, village_id, project_id)
    ):
        raise NotFound("There is no such village, or it is not yours.")
    before = snapshot(project_id, code)
    number = free_number(project_id, village_id, number)
    found.village_id, found.number, found.listed_by = village_id, number, None
    return remember(project_id, code, "move", before, actor=actor)


def merge(project_id: int, code: str, into: str, *, actor: Actor) -> HouseholdChange:
    """Two rows that were one household: the first goes, the other stays as it is."""
    if code == into:
        raise BadRequest("Name two households.")
    gone = find_household(project_id, code, actor=actor)
    find_household(project_id, into, actor=actor)
    before = snapshot(project_id, code)
    db.session.delete(gone)
    return remember(project_id, code, "merge", before, actor=actor, other=into)


def split(project_id: int, code: str, label: str | None = None, *, actor: Actor) -> HouseholdChange:
    """A household that became two: another one in the same village with the next free number."""
    found = find_household(project_id, code, actor=actor)
    number = free_number(project_id, found.village_id, None)
    village = db.session.get_one(OrgUnit, found.village_id)
    fresh = f"{village.public_id}-{number:04}"
    if snapshot(project_id, fresh) is not None:
        raise Conflict("There is a household %(code)s already.", code=fresh)
    values = {"village_id": found.village_id, "number": number}
    enter(project_id, fresh, values, {"label": label} if label else {})
    return remember(project_id, fresh, "split", None, actor=actor, other=code)


def undo(project_id: int, change_id: int, *, actor: Actor) -> HouseholdChange:
    """Takes the last change of a household back; `Conflict` when it was changed again."""
    change = db.session.get(HouseholdChange, change_id, with_for_update=True)
    if change is None or change.project_id != project_id or change.kind not in UNDOABLE:
        raise NotFound("There is no such change.")
    if change.undone_at is not None or _changed_since(change):
        raise Conflict("This was changed again since. Undo the later change first.")
    place = (change.before or change.after or {})["household"]["village_id"]
    if not sees(actor, CAPABILITY, place, project_id):
        raise NotFound("There is no such change.")
    if change.before is None:
        _check_unused(project_id, change.code)
        db.session.delete(find_household(project_id, change.code, actor=actor))
    else:
        before = change.before["household"]
        check_number(project_id, before["village_id"], before["number"], change.code)
        enter(project_id, change.code, change.before["household"], change.before["personal"])
    change.undone_at = now()
    db.session.flush()
    audit.record(actor.label, "household.undone", f"household:{change.code}", kind=change.kind)
    return change


@dataclass(frozen=True, slots=True)
class Trial:
    """What a change would leave."""

    kind: str
    code: str
    other: str | None
    before: Version | None
    after: Version | None


def preview(
    project_id: int, change: Callable[..., HouseholdChange], *which: Any, actor: Actor
) -> Trial:
    """Carries a move, merge or split out and takes it back, so that it is what would happen."""
    db.session.flush()
    attempt = db.session.begin_nested()
    try:
        done = change(project_id, *which, actor=actor)
        return Trial(done.kind, done.code, done.other, done.before, done.after)
    finally:
        attempt.rollback()


def _changed_since(change: HouseholdChange) -> bool:
    later = select(HouseholdChange.id).where(
        HouseholdChange.project_id == change.project_id,
        (HouseholdChange.code == change.code) | (HouseholdChange.other == change.code),
        HouseholdChange.id > change.id,
        HouseholdChange.undone_at.is_(None),
    )
    return db.session.scalar(later.limit(1)) is not None or (
        snapshot(change.project_id, change.code) != change.after
    )


def _check_unused(project_id: int, code: str) -> None:
    used = (
        select(Interview.instance_pk)
        .join(Submission, Submission.id == Interview.submission_id)
        .where(Submission.project_id == project_id, Interview.household == code)
    )
    if db.session.scalar(used.limit(1)) is not None:
        raise Conflict("Interviews name the household %(code)s, so it stays.", code=code)
