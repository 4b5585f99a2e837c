"""Finds rounds."""

from sqlalchemy import select

from app import clock
from app.db import db
from app.errors import NotFound
from app.rounds.membership import RoundSpan
from app.rounds.models import Round


def list_rounds(project_id: int) -> list[Round]:
    """A project's rounds, newest first."""
    statement = (
        select(Round)
        .where(Round.project_id == project_id)
        .order_by(Round.starts_on.desc(), Round.id.desc())
    )
    return list(db.session.scalars(statement))


def get_round(project_id: int, code: str) -> Round:
    """The round with this code; raises `NotFound`."""
    found = db.session.scalar(select(Round).filter_by(project_id=project_id, code=code))
    if found is None:
        raise NotFound("There is no round with the code “%(code)s”.", code=code)
    return found


def current_round(project_id: int) -> Round | None:
    """The newest round that runs today, else the newest of all, else None."""
    rounds = list_rounds(project_id)
    today = clock.today()
    running = (r for r in rounds if span_of(r).holds(today))
    return next(running, rounds[0] if rounds else None)


def spans(project_id: int) -> list[RoundSpan]:
    """A project's rounds as membership needs them, newest first."""
    return [span_of(found) for found in list_rounds(project_id)]


def span_of(found: Round) -> RoundSpan:
    """A round without its record."""
    return RoundSpan(
        id=found.id,
        code=found.code,
        starts_on=found.starts_on,
        ends_on=found.ends_on,
        review_policy=found.review_policy,
        pick_salt=found.pick_salt,
    )
