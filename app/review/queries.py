"""The reviewers' queue, and what is known about one submission's review."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, func, select

from app.accounts.actors import Actor
from app.accounts.models import AppUser, User
from app.db import db
from app.forms.models import Form
from app.org_units.models import OrgUnit
from app.review.models import Flag, ReviewDecision
from app.review.newest import QueueFilter, newest
from app.submissions.models import Instance, Interview, Submission
from app.submissions.queries import readable


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
    older = () if before is None else (Submission.id < before,)
    ids = newest(actor, asked, limit + 1, *older)
    shown = _columns().where(Submission.id.in_(ids[:limit])).order_by(Submission.id.desc())
    items = [_item(row) for row in db.session.execute(shown)]
    return QueuePage(items, ids[limit - 1] if len(ids) > limit else None)


def next_waiting(actor: Actor, asked: QueueFilter, after: int) -> int | None:
    """The next submission to look at: the next older one that waits, else the newest that does."""
    for further in (Submission.id < after, Submission.id != after):
        if found := newest(actor, asked, 1, further):
            return found[0]
    return None


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
