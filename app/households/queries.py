"""Reads the registry as far as the reader may see it; names only where those may be read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, select

from app import audit
from app.accounts.actors import Actor
from app.accounts.models import User
from app.accounts.scope import within
from app.db import db
from app.errors import NotFound
from app.households.changes import Trial
from app.households.models import Household, HouseholdChange, HouseholdId, HouseholdLabel
from app.households.naming import count_interviews
from app.households.order import Last, last_of
from app.households.search import READ, Search, find_ids, keys_of, may_name, there
from app.org_units.models import OrgUnit


@dataclass(frozen=True, slots=True)
class Listed:
    """A household with its village; what is personal is there only when it was asked for."""

    household: Household
    village: OrgUnit
    label: HouseholdLabel | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """A household by its UUID, also one that is not in the registry (any more)."""

    project_id: int
    code: str
    uuid: str
    here: Listed | None
    changes: Sequence[HouseholdChange]
    interviews: int


@dataclass(frozen=True, slots=True)
class Page:
    """Some households in an order, and where it goes on; None at the end."""

    items: list[Listed]
    following: Last | None


def find_households(
    actor: Actor, asked: Search, *, sort: str = "place", limit: int, after: Last | None = None
) -> Page:
    """A page of the registry; with names (which is recorded) when `asked.named`.

    `sort` is a name of `order.SORTS`, or "id". By place, the villages of a whole project follow
    each other as they were entered, those of a part of it by name.
    """
    keys, ids = find_ids(actor, asked, sort, limit + 1, after)
    by_id = {one.household.id: one for one in _listed(actor, asked, Household.id.in_(ids[:limit]))}
    shown = [by_id[id_] for id_ in ids[:limit]]
    if any(one.label for one in shown):
        audit.record(actor.label, "household_names.read", f"project:{asked.project_id}")
    more = len(ids) > limit
    return Page(shown, last_of(keys, shown[-1].household, shown[-1].village) if more else None)


def position_of(actor: Actor, asked: Search, sort: str, household_id: int) -> Last | None:
    """Where the order goes on behind a household; None when it is not there (any more)."""
    wanted = replace(asked, text="", named=False)
    keys = keys_of(actor, wanted, sort)
    here = there(actor, wanted, Household.village_id)
    for one in _listed(actor, wanted, Household.id == household_id, *here):
        return last_of(keys, one.household, one.village)
    return None


def _listed(actor: Actor, asked: Search, *which: ColumnElement[bool]) -> list[Listed]:
    """Households that are seen, with their villages, and names where these are open."""
    statement = (
        select(Household, OrgUnit, HouseholdLabel, may_name(actor, asked))
        .join(OrgUnit, OrgUnit.id == Household.village_id)
        .outerjoin(HouseholdLabel, HouseholdLabel.household_id == Household.id)
        .where(Household.project_id == asked.project_id, *which)
        .where(within(Household.village_id, actor, READ, asked.project_id))
    )
    return [
        Listed(household, village, label if is_open else None)
        for household, village, label, is_open in db.session.execute(statement)
    ]


def get_known(actor: Actor, uuid: str, *, named: bool = False) -> Known:
    """A household with its history; `NotFound` where it is nothing that the actor may see.

    With `named` what is personal is there, where that may be read, and reading it is recorded.
    """
    ids = select(HouseholdId).where(HouseholdId.uuid == uuid).order_by(HouseholdId.project_id)
    for known in db.session.scalars(ids):
        here = _here(actor, known, named=named)
        changes = history(known.project_id, known.code, actor=actor)
        if here is None and (not changes or _exists(known)):
            continue
        if named:
            subject = f"household:{known.code}"
            audit.record(actor.label, "household_names.read", subject)
        return Known(
            known.project_id, known.code, uuid, here, changes,
            count_interviews(known.project_id, known.code),
        )  # fmt: skip
    raise NotFound("There is no such household, or it is not yours.")


def _here(actor: Actor, known: HouseholdId, *, named: bool) -> Listed | None:
    asked = Search(known.project_id, named=named)
    return next(iter(_listed(actor, asked, Household.code == known.code)), None)


def _exists(known: HouseholdId) -> bool:
    found = select(Household.id).filter_by(project_id=known.project_id, code=known.code)
    return db.session.scalar(found) is not None


def history(project_id: int, code: str, *, actor: Actor) -> Sequence[HouseholdChange]:
    """The versions of a household, the newest first, as far as the actor sees their villages."""
    statement = (
        select(HouseholdChange)
        .where(HouseholdChange.project_id == project_id)
        .where((HouseholdChange.code == code) | (HouseholdChange.other == code))
        .order_by(HouseholdChange.id.desc())
    )
    changes = db.session.scalars(statement).all()
    mine = visible({place for change in changes for place in places_of(change)}, project_id, actor)
    return [change for change in changes if mine.intersection(places_of(change))]


def project_of(change_id: int) -> int:
    """The project of a change; `NotFound` without one."""
    change = db.session.get(HouseholdChange, change_id)
    if change is None:
        raise NotFound("There is no such change.")
    return change.project_id


def visible(
    village_ids: Collection[int], project_id: int, actor: Actor, capability: str = READ
) -> set[int]:
    """Those of these villages where the actor has the capability."""
    mine = select(OrgUnit.id).where(
        OrgUnit.id.in_(village_ids), within(OrgUnit.id, actor, capability, project_id)
    )
    return set(db.session.scalars(mine))


def places_of(change: HouseholdChange | Trial) -> set[int]:
    """The villages in which the household was or is."""
    return {v["household"]["village_id"] for v in (change.before, change.after) if v}


def by_codes(
    actor: Actor, project_id: int, codes: Iterable[str], *, named: bool = False
) -> dict[str, Listed]:
    """Of these households, those that the actor may see."""
    found = _listed(actor, Search(project_id, named=named), Household.code.in_(list(codes)))
    if any(one.label for one in found):
        audit.record(actor.label, "household_names.read", f"project:{project_id}")
    return {one.household.code: one for one in found}


def ids_of(project_id: int, codes: Iterable[str]) -> dict[str, str]:
    """By code, the UUID of a household that is or was in the registry."""
    known = select(HouseholdId.code, HouseholdId.uuid).where(
        HouseholdId.project_id == project_id,
        HouseholdId.code.in_(list(codes)),
        HouseholdId.submission_id.is_(None),
    )
    return dict(db.session.execute(known).all())


def people_of(changes: Iterable[HouseholdChange]) -> dict[str, str]:
    """The names of those who changed something by hand, by how versions call them (`user:3`)."""
    ids = {c.changed_by.partition(":")[2] for c in changes if c.changed_by.startswith("user:")}
    people = select(User).where(User.id.in_([int(user_id) for user_id in ids]))
    return {f"user:{user.id}": user.full_name for user in db.session.scalars(people)}
