"""The reviewers' queue, and what is known about one submission's review."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal_column, select

from app.accounts.actors import Actor
from app.accounts.models import AppUser, User
from app.db import db
from app.forms.models import Form
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.projects.models import Project
from app.review.models import Flag, ReviewDecision
from app.submissions.models import Instance, Interview, Submission
from app.submissions.queries import WAITING, readable
from app.submissions.search import is_about

# What a reader may ask for, and the states it stands for.
STATE_FILTERS = {
    "waiting": WAITING,
    "received": ("received",),
    "edited": ("edited",),
    "approved": ("approved",),
    "rejected": ("rejected",),
}


MOST_COUNTED = 1000  # of what is asked for; more would have to be read


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which submissions are asked for: a project's, at or below a place, newest first."""

    project_id: int
    unit_id: int
    state: str | None = None  # a key of STATE_FILTERS
    form_id: int | None = None
    flagged: bool | None = None
    itself: bool = False  # only what is filed at the place itself, not below it
    text: str = ""  # what a reviewer has at hand (`submissions.search`)


@dataclass(frozen=True, slots=True)
class QueueItem:
    """One submission in a list; place and people are those of its newest version."""

    id: int
    state: str
    received_at: datetime
    form_id: int
    xml_form_id: str
    unit: OrgUnit
    household: str | None
    person_no: int | None
    interviewed_on: date | None
    outcome: str | None
    sent_by: str | None
    flags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Some submissions, and the id to continue before; None at the end."""

    items: list[QueueItem]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class Rival:
    """Another submission about the same subject; at most one of them counts."""

    id: int
    state: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's decision and who took it."""

    instance_pk: int
    state: str
    reason: str | None
    decided_at: datetime
    decided_by: str


def review_queue(
    actor: Actor, asked: QueueFilter, *, before: int | None = None, limit: int = 50
) -> QueuePage:
    """The submissions asked for with ids below `before`, newest first."""
    found = _newest_first(actor, asked).limit(limit + 1)
    if before is not None:
        found = found.where(Submission.id < before)
    ids = db.session.scalars(found).all()
    shown = _columns().where(Submission.id.in_(ids[:limit])).order_by(Submission.id.desc())
    items = [_item(row) for row in db.session.execute(shown)]
    return QueuePage(items, ids[limit - 1] if len(ids) > limit else None)


def count_queue(actor: Actor, asked: QueueFilter, most: int = MOST_COUNTED) -> int:
    """How many submissions are asked for; `most` + 1 stands for more."""
    found = _asked(actor, asked, select(Submission.id)).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def next_waiting(actor: Actor, asked: QueueFilter, after: int) -> int | None:
    """The next submission to look at: the next older one that waits, else the newest that does."""
    waiting = _newest_first(actor, asked).limit(1)
    found: int | None = db.session.scalar(waiting.where(Submission.id < after))
    if found is None:
        found = db.session.scalar(waiting.where(Submission.id != after))
    return found


def rivals_of(actor: Actor, submission: Submission, instance_pk: int) -> list[Rival]:
    """The other submissions about the same household, person or village in the same round."""
    mine = db.session.get(Interview, instance_pk)
    if mine is None:
        return []
    statement = (
        select(Submission.id, Submission.state, Submission.received_at)
        .join(Interview, Interview.submission_id == Submission.id)
        .where(
            Interview.subject == mine.subject,
            Interview.form_id == mine.form_id,
            Interview.round_id == mine.round_id,
            Interview.instance_pk.in_((Submission.current_pk, Submission.approved_pk)),
            Submission.id != submission.id,
            readable(actor),
        )
        .distinct()
        .order_by(Submission.id)
    )
    return [Rival(*row) for row in db.session.execute(statement)]


def flags_of(instance_pk: int) -> Sequence[Flag]:
    """What the checks found doubtful in one instance."""
    found = select(Flag).where(Flag.instance_pk == instance_pk).order_by(Flag.code)
    return db.session.scalars(found).all()


def decisions_of(submission_id: int) -> list[Decision]:
    """The decisions about a submission, the first one first."""
    return decisions_of_each([submission_id]).get(submission_id, [])


def decisions_of_each(submission_ids: Sequence[int]) -> dict[int, list[Decision]]:
    """The same of many, by submission."""
    statement = (
        select(ReviewDecision, User.full_name)
        .join(User, User.id == ReviewDecision.user_id)
        .where(ReviewDecision.submission_id.in_(submission_ids))
        .order_by(ReviewDecision.id)
    )
    found = defaultdict(list)
    for one, name in db.session.execute(statement):
        decision = Decision(one.instance_pk, one.state, one.reason, one.decided_at, name)
        found[one.submission_id].append(decision)
    return found


def _columns() -> Select[Any]:
    flags = (
        select(func.coalesce(func.array_agg(Flag.code), []))
        .where(Flag.instance_pk == Submission.current_pk)
        .scalar_subquery()
    )
    return (
        select(Submission, Form.xml_form_id, OrgUnit, Interview, AppUser.name, flags)
        .join(Form, Form.id == Submission.form_id)
        .join(OrgUnit, OrgUnit.id == Submission.unit_id)
        .join(Instance, Instance.id == Submission.current_pk)
        .outerjoin(AppUser, AppUser.id == Instance.app_user_id)
        .outerjoin(Interview, Interview.instance_pk == Submission.current_pk)
    )


def _newest_first(actor: Actor, asked: QueueFilter) -> Select[int]:
    """Ids; of a part of the project's territory from its own rows, whatever the planner thinks.

    It would look through the newest of all until enough are found, which may be never.
    """
    territory = select(Project.org_unit_id).where(Project.id == asked.project_id)
    whole = db.session.scalar(territory) == asked.unit_id
    order = Submission.id if whole and not asked.itself else Submission.id + 0
    return _asked(actor, asked, select(Submission.id)).order_by(order.desc())


def _asked(actor: Actor, asked: QueueFilter, statement: Select[Any]) -> Select[Any]:
    conditions: list[ColumnElement[bool]] = [
        Submission.project_id == asked.project_id,
        readable(actor),
        *_there(actor, asked),
    ]
    if asked.state is not None:
        conditions.append(Submission.state.in_(STATE_FILTERS[asked.state]))
        if asked.state != "approved":
            # In the words of the index of the few that are not.
            conditions.append(Submission.state != literal_column("'approved'"))
    if asked.form_id is not None:
        conditions.append(Submission.form_id == asked.form_id)
    if asked.text:
        conditions.append(is_about(asked.project_id, asked.text))
    if asked.flagged is not None:
        flagged = select(Flag.code).where(Flag.instance_pk == Submission.current_pk).exists()
        conditions.append(flagged if asked.flagged else ~flagged)
    return statement.where(*conditions)


def _there(actor: Actor, asked: QueueFilter) -> list[ColumnElement[bool]]:
    """At the place, or in it; said once where the reader's scope is that place.

    Said twice, it makes the planner believe that hardly any interview lies there.
    """
    if asked.itself:
        return [Submission.unit_id == asked.unit_id]
    if actor.units("submission.read", asked.project_id) == [asked.unit_id]:
        return []
    inside = select(OrgUnitAncestor.unit_id).where(
        OrgUnitAncestor.ancestor_id == asked.unit_id, valid_on(OrgUnitAncestor)
    )
    return [Submission.unit_id.in_(inside)]


def _item(row: Any) -> QueueItem:
    submission, xml_form_id, unit, interview, sent_by, flags = row
    return QueueItem(
        id=submission.id,
        state=submission.state,
        received_at=submission.received_at,
        form_id=submission.form_id,
        xml_form_id=xml_form_id,
        unit=unit,
        household=interview.household if interview else None,
        person_no=interview.person_no if interview else None,
        interviewed_on=interview.interviewed_on if interview else None,
        outcome=interview.outcome if interview else None,
        sent_by=sent_by,
        flags=tuple(sorted(flags)),
    )
