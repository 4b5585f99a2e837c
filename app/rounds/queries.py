"""Finds rounds."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import bindparam, select

from app import clock
from app.db import db
from app.errors import NotFound
from app.rounds.membership import RoundSpan
from app.rounds.models import Round, RoundDeadline, RoundException, RoundForm
from app.rounds.plan import RoundPlan

# Put together once: nearly every page asks for it.
OF_PROJECT = (
    select(Round)
    .where(Round.project_id == bindparam("project_id"))
    .order_by(Round.starts_on.desc(), Round.id.desc())
)


def list_rounds(project_id: int) -> list[Round]:
    """A project's rounds, newest first."""
    return list(db.session.scalars(OF_PROJECT, {"project_id": project_id}))


def get_round(project_id: int, code: str) -> Round:
    """The round with this code; raises `NotFound`."""
    found = db.session.scalar(select(Round).filter_by(project_id=project_id, code=code))
    if found is None:
        raise NotFound("There is no round with the code “%(code)s”.", code=code)
    return found


def current_round(project_id: int) -> Round | None:
    """The newest round that runs today, else the newest of all, else None."""
    return present_of(list_rounds(project_id))


def present_of(rounds: Sequence[Round]) -> Round | None:
    """The same, of a project's rounds, newest first."""
    today = clock.today()
    running = (r for r in rounds if span_of(r).holds(today))
    return next(running, rounds[0] if rounds else None)


def previous_round(found: Round) -> Round | None:
    """The round of the same project that began last before this one."""
    earlier = (r for r in list_rounds(found.project_id) if r.starts_on < found.starts_on)
    return next(earlier, None)


def spans(project_id: int) -> list[RoundSpan]:
    """A project's rounds as membership needs them, newest first."""
    rounds = list_rounds(project_id)
    forms: dict[int, set[int]] = defaultdict(set)
    theirs = select(RoundForm).where(RoundForm.round_id.in_([found.id for found in rounds]))
    for one in db.session.scalars(theirs):
        forms[one.round_id].add(one.form_id)
    return [span_of(found, forms[found.id]) for found in rounds]


def span_of(found: Round, form_ids: Iterable[int] = ()) -> RoundSpan:
    """A round without its record."""
    return RoundSpan(
        id=found.id,
        code=found.code,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        review_policy=found.review_policy,
        pick_salt=found.pick_salt,
        frozen_on=found.frozen_on,
        org_unit_id=found.org_unit_id,
        form_ids=frozenset(form_ids),
    )


def plan_of(found: Round) -> RoundPlan:
    """A round's settings as they are."""
    forms = select(RoundForm.form_id).where(RoundForm.round_id == found.id)
    return RoundPlan(
        name=found.name,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        legal_basis=found.legal_basis,
        design=found.design,
        valid_for=found.valid_for,
        frozen_on=found.frozen_on,
        org_unit_id=found.org_unit_id,
        form_ids=tuple(db.session.scalars(forms.order_by(RoundForm.form_id))),
        deadlines=tuple((day.due_on, day.name) for day in deadlines_of(found)),
    )


def deadlines_of(found: Round) -> Sequence[RoundDeadline]:
    """The calendar of a round, the next day first."""
    days = select(RoundDeadline).where(RoundDeadline.round_id == found.id)
    return db.session.scalars(days.order_by(RoundDeadline.due_on, RoundDeadline.name)).all()


def next_deadline(found: Round) -> RoundDeadline | None:
    """What is due next, today included."""
    return next((day for day in deadlines_of(found) if day.due_on >= clock.today()), None)


def exceptions_of(found: Round) -> Sequence[RoundException]:
    """The exceptions from a round's freeze, the first one first."""
    granted = select(RoundException).where(RoundException.round_id == found.id)
    return db.session.scalars(granted.order_by(RoundException.id)).all()
