"""Finds releases of figures and the rule they are made with."""

from datetime import date
from typing import Any

from sqlalchemy import select

from app.clock import local_date
from app.db import db
from app.errors import NotFound
from app.indicators.disclosure import Rule
from app.indicators.release_models import DisclosureRule, Release

OUT = "out"  # the state of a release that is read


def newest_release(round_id: int, until: date | None = None) -> Release | None:
    """What was given out last, up to a day."""
    known = list_releases(round_id, limit=None if until else 1)
    return next((one for one in known if not until or local_date(one.released_at) <= until), None)


def list_releases(round_id: int, limit: int | None = None) -> list[Release]:
    """What was given out of a round, newest first."""
    statement = (
        select(Release)
        .where(Release.round_id == round_id, Release.state == OUT)
        .order_by(Release.version.desc())
        .limit(limit)
    )
    return list(db.session.scalars(statement))


def get_release(round_id: int, version: int) -> Release:
    """One of a round's releases; raises `NotFound`."""
    found = db.session.scalar(
        select(Release).filter_by(round_id=round_id, version=version, state=OUT)
    )
    if found is None:
        raise NotFound("There is no release %(version)s of this round.", version=version)
    return found


def release_under_way(round_id: int) -> Release | None:
    """The one that is being made, or was stopped on the way, and that nobody reads yet."""
    return db.session.scalar(
        select(Release).where(Release.round_id == round_id, Release.state != OUT)
    )


def rule_of(project_id: int) -> Rule:
    """What the project withholds."""
    found = db.session.get(DisclosureRule, project_id)
    return rule_from(found.rule) if found else Rule()


def rule_from(said: dict[str, Any]) -> Rule:
    """The rule as it was stored."""
    return Rule(**{**said, "sensitive": frozenset(said["sensitive"])})
