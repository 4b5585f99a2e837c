"""What people change in the registry by hand: moves, merges and splits, each with its undo.

A household keeps its code whatever happens to it, since interviews, samples and assignments name it
so. Whatever was changed by hand is no longer overwritten by its listing (`listed_by` is null).
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.clock import now
from app.db import db
from app.errors import BadRequest, Conflict, NotFound
from app.households.models import Household, HouseholdChange, HouseholdLabel
from app.org_units.models import OrgUnit
from app.org_units.names import fold
from app.submissions.models import Interview, Submission

CAPABILITY = "fieldwork.manage"
COLUMNS = ("village_id", "number", "size", "n15", "n18", "poor", "listed_by")
PERSONAL = ("label", "landmark", "phone", "latitude", "longitude")
UNDOABLE = ("move", "merge", "split")


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
    number = _free_number(project_id, village_id, number)
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
    number = _free_number(project_id, found.village_id, None)
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
        enter(project_id, change.code, change.before["household"], change.before["personal"])
    change.undone_at = now()
    db.session.flush()
    audit.record(actor.label, "household.undone", f"household:{change.code}", kind=change.kind)
    return change


def history(project_id: int, code: str, *, actor: Actor) -> Sequence[HouseholdChange]:
    """The versions of a household, the newest first; without what is personal."""
    statement = (
        select(HouseholdChange)
        .where(HouseholdChange.project_id == project_id)
        .where((HouseholdChange.code == code) | (HouseholdChange.other == code))
        .order_by(HouseholdChange.id.desc())
    )
    return [
        change
        for change in db.session.scalars(statement)
        if any(
            sees(actor, CAPABILITY, version["household"]["village_id"], project_id)
            for version in (change.before, change.after)
            if version
        )
    ]


def snapshot(project_id: int, code: str) -> dict[str, Any] | None:
    """A household as it is: what is shown to everybody, and what is personal; None without one."""
    db.session.flush()
    row = db.session.execute(
        select(Household, HouseholdLabel)
        .outerjoin(HouseholdLabel, HouseholdLabel.household_id == Household.id)
        .where(Household.project_id == project_id, Household.code == code)
    ).one_or_none()
    if row is None:
        return None
    household, label = row
    return {
        "household": {name: getattr(household, name) for name in COLUMNS},
        "personal": {name: getattr(label, name) for name in PERSONAL} if label else {},
    }


def enter(project_id: int, code: str, values: dict[str, Any], personal: dict[str, Any]) -> None:
    """Writes a household as given; what is not named stays. Its listing no longer changes it."""
    values = {"listed_by": None} | values
    row = upsert(Household).values(project_id=project_id, code=code, **values)
    household_id = db.session.scalar(
        row.on_conflict_do_update(
            index_elements=[Household.project_id, Household.code],
            set_=values | {"updated_at": func.now()},
        ).returning(Household.id)
    )
    if personal:
        known = personal | {"search_key": fold(personal.get("label") or "")}
        label = upsert(HouseholdLabel).values(household_id=household_id, **known)
        db.session.execute(
            label.on_conflict_do_update(index_elements=[HouseholdLabel.household_id], set_=known)
        )


def remember(
    project_id: int,
    code: str,
    kind: str,
    before: dict[str, Any] | None,
    *,
    actor: Actor,
    other: str | None = None,
) -> HouseholdChange:
    """Notes a change with the household as it was and is."""
    change = HouseholdChange(
        project_id=project_id,
        code=code,
        kind=kind,
        other=other,
        before=before,
        after=snapshot(project_id, code),
        changed_by=actor.label,
    )
    db.session.add(change)
    db.session.flush()
    if kind in UNDOABLE:
        audit.record(actor.label, f"household.{kind}", f"household:{code}", other=other)
    return change


def _free_number(project_id: int, village_id: int, wanted: int | None) -> int:
    taken = set(
        db.session.scalars(
            select(Household.number).where(
                Household.project_id == project_id, Household.village_id == village_id
            )
        )
    )
    if wanted is None:
        return max((number for number in taken if number is not None), default=0) + 1
    if wanted in taken:
        raise Conflict("A household of the village has the number %(number)s.", number=wanted)
    return wanted


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
