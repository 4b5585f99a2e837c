"""The interviews that name a household, counted or not."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from app.accounts.actors import Actor
from app.db import db
from app.submissions.models import Interview, Submission
from app.submissions.queries import readable


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
    return and_(begins(Interview.subject, code), Interview.household == code)


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


def begins(column: Any, code: str) -> ColumnElement[bool]:
    """Condition: the text begins so; as a range, which has its index however it is planned."""
    return and_(column >= code, column <= code + "\U0010ffff")
