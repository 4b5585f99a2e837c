"""Which rolling rounds give their figures out: each at the start of every quarter."""

from datetime import date

from sqlalchemy import select

from app.clock import local_date
from app.db import db
from app.indicators.release_queries import newest_release
from app.indicators.releases import FINAL
from app.rounds.models import Round


def quarter_of(day: date) -> date:
    """The first day of a day's quarter."""
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def due(day: date) -> list[int]:
    """Rounds that ran before this quarter began and gave nothing out since."""
    began = quarter_of(day)
    rolling = select(Round).where(Round.valid_for.is_not(None), Round.starts_on < began)
    found = []
    for round_ in db.session.scalars(rolling.order_by(Round.id)):
        last = newest_release(round_.id)
        if last is None or (last.status != FINAL and local_date(last.released_at) < began):
            found.append(round_.id)
    return found
