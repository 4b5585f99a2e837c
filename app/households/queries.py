"""Reads the registry as far as the reader may see it; names only where those may be read."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, true, union
from sqlalchemy.orm import aliased

from app import audit
from app.accounts.actors import Actor
from app.accounts.models import User
from app.accounts.scope import holds_whole, within
from app.db import db
from app.errors import NotFound
from app.households.changes import Trial
from app.households.models import Household, HouseholdChange, HouseholdId, HouseholdLabel
from app.households.order import ORDERS, Key, Last, behind, by_name, last_of, sorted_by
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.org_units.names import fold
from app.submissions.models import Interview, Submission
from app.submissions.queries import readable

READ = "submission.read"
PERSONAL = "personal.read"
MOST_DIGITS = 9
MOST_COUNTED = 1000  # more would have to be read


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
class Search:
    """Which households are asked for; `text` is a code, a number, or (with `named`) a name."""

    project_id: int
    unit_id: int | None = None
    text: str = ""
    named: bool = False  # the reader sees names, where that is allowed


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
    keys, statement = _in_order(actor, asked, sort)
    if after is not None:
        statement = statement.where(behind(keys, after))
    found = _listed(statement.order_by(*sorted_by(keys)).limit(limit + 1))
    shown = found[:limit]
    if any(one.label for one in shown):
        audit.record(actor.label, "household_names.read", f"project:{asked.project_id}")
    more = len(found) > limit
    return Page(shown, last_of(keys, shown[-1].household, shown[-1].village) if more else None)


def position_of(actor: Actor, asked: Search, sort: str, household_id: int) -> Last | None:
    """Where the order goes on behind a household; None when it is not there (any more)."""
    keys, statement = _in_order(actor, replace(asked, text="", named=False), sort)
    for one in _listed(statement.where(Household.id == household_id)):
        return last_of(keys, one.household, one.village)
    return None


def count_households(actor: Actor, asked: Search, most: int = MOST_COUNTED) -> int:
    """How many there are on all pages; `most` + 1 stands for more."""
    found = _found(actor, asked).with_only_columns(Household.id).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def _in_order(actor: Actor, asked: Search, sort: str) -> tuple[Sequence[Key], Select[Any]]:
    """By what is sorted, and the statement that is.

    All of a project are walked along their index; of a part of it the villages are sorted first.
    """
    if sort != "place":
        return ORDERS[sort], _with_labels(actor, asked)
    if asked.unit_id is None and holds_whole(actor, READ, asked.project_id):
        return ORDERS["village"], _with_labels(actor, asked)
    # One by one, for PostgreSQL would take them to be few otherwise, and read all households.
    seen = db.session.scalars(select(OrgUnit.id).where(*_there(actor, asked, OrgUnit.id))).all()
    villages = select(OrgUnit).where(OrgUnit.id.in_(seen))
    village = aliased(OrgUnit, villages.order_by(OrgUnit.sort_key, OrgUnit.id).subquery())
    return by_name(village), _with_labels(actor, asked, village)


def _found(actor: Actor, asked: Search, village: Any = OrgUnit) -> Select[Household, Any]:
    """Households and villages; `village` may be those that are asked for, chosen before."""
    statement = (
        select(Household, village)
        .join(village, village.id == Household.village_id)
        .outerjoin(HouseholdLabel, HouseholdLabel.household_id == Household.id)
        .where(Household.project_id == asked.project_id)
    )
    if village is OrgUnit:
        statement = statement.where(*_there(actor, asked, Household.village_id))
    if asked.text:
        said = [_begins(Household.code, code) for code in {asked.text, asked.text.upper()}]
        if asked.text.isascii() and asked.text.isdigit() and len(asked.text) <= MOST_DIGITS:
            said.append(Household.number == int(asked.text))
        if asked.named and fold(asked.text):
            name = HouseholdLabel.search_key.contains(fold(asked.text), autoescape=True)
            said.append(name & _readable(actor, asked))
        statement = statement.where(or_(*said))
    return statement


def _there(actor: Actor, asked: Search, column: Any) -> list[ColumnElement[bool]]:
    """Conditions: a village lies where the actor may read, and in the place asked for."""
    conditions = [within(column, actor, READ, asked.project_id)]
    if asked.unit_id is not None:
        inside = select(OrgUnitAncestor.unit_id).where(
            OrgUnitAncestor.ancestor_id == asked.unit_id, OrgUnitAncestor.valid_to.is_(None)
        )
        # One set, so that the villages' index is used.
        places = union(inside, select(literal(asked.unit_id))).subquery()
        conditions.append(column.in_(select(places.c.unit_id)))
    return conditions


def _with_labels(actor: Actor, asked: Search, village: Any = OrgUnit) -> Select[Any, Any, Any, Any]:
    return _found(actor, asked, village).add_columns(HouseholdLabel, _readable(actor, asked))


def _listed(statement: Select[Any, Any, Any, Any]) -> list[Listed]:
    return [
        Listed(household, village, label if is_open else None)
        for household, village, label, is_open in db.session.execute(statement)
    ]


def _readable(actor: Actor, asked: Search) -> ColumnElement[bool]:
    if not asked.named:
        return ~true()
    return within(Household.village_id, actor, PERSONAL, asked.project_id)


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
    statement = _with_labels(actor, Search(known.project_id, named=named))
    return next(iter(_listed(statement.where(Household.code == known.code))), None)


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


def count_interviews(project_id: int, code: str) -> int:
    """How many interviews name the household, counted or not."""
    named = (
        select(func.count())
        .select_from(Interview)
        .join(Submission, Submission.id == Interview.submission_id)
        .where(Submission.current_pk == Interview.instance_pk)
        .where(Submission.project_id == project_id, _names(code))
    )
    return db.session.scalar(named) or 0


def _names(code: str) -> ColumnElement[bool]:
    """Condition: an interview names the household; what it is about begins so, and has an index."""
    return and_(_begins(Interview.subject, code), Interview.household == code)


def _begins(column: Any, code: str) -> ColumnElement[bool]:
    """Condition: the text begins so; as a range, which has its index however it is planned."""
    return and_(column >= code, column <= code + "\U0010ffff")


def interviews_naming(
    actor: Actor, project_id: int, code: str, most: int = 50
) -> Sequence[Submission]:
    """Those of them that the actor may see, the newest first."""
    statement = (
        select(Submission)
        .join(Interview, Submission.id == Interview.submission_id)
        .where(Submission.current_pk == Interview.instance_pk)
        .where(Submission.project_id == project_id, _names(code))
        .where(readable(actor))
        .order_by(Submission.id.desc())
        .limit(most)
    )
    return db.session.scalars(statement).all()


def by_codes(
    actor: Actor, project_id: int, codes: Iterable[str], *, named: bool = False
) -> dict[str, Listed]:
    """Of these households, those that the actor may see."""
    statement = _with_labels(actor, Search(project_id, named=named))
    found = _listed(statement.where(Household.code.in_(list(codes))))
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
