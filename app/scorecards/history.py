"""Who changed what of a card, and when: read from the audit trail, which nothing ever changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.accounts.users import names_of
from app.audit import AuditEvent
from app.db import db
from app.scorecards.models import CommuneScore
from app.scorecards.writing import subject_of

NEWEST = 100  # acts that a page shows


@dataclass(frozen=True, slots=True)
class Act:
    """One act: what was, and what is since."""

    at: datetime
    who: str
    action: str  # "scorecard.written"
    criterion: str | None
    before: dict[str, Any]
    after: dict[str, Any]

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """Name, value before and value after of what is different."""
        names = dict.fromkeys((*self.before, *self.after))
        names.pop("sha256", None)  # for proof, not for reading
        pairs = ((name, self.before.get(name), self.after.get(name)) for name in names)
        return [(name, before, after) for name, before, after in pairs if before != after]


def acts_on(
    record: CommuneScore | None,
    criterion: str | None = None,
    *,
    start: int = 0,
    limit: int | None = NEWEST,
) -> Sequence[Act]:
    """The acts on a card, newest first; those on one criterion when it is named.

    `limit` of None: all.
    """
    if record is None:
        return []
    return acts_of(subject_of(record), criterion, start=start, limit=limit)


def acts_of(
    subject: str, criterion: str | None = None, *, start: int = 0, limit: int | None = NEWEST
) -> Sequence[Act]:
    """The same of anything that the audit trail has a name for."""
    statement = select(AuditEvent).where(AuditEvent.subject == subject)
    if criterion is not None:
        statement = statement.where(AuditEvent.detail["criterion"].astext == criterion)
    newest = statement.order_by(AuditEvent.id.desc()).offset(start).limit(limit)
    events = db.session.scalars(newest).all()
    names = names_of({event.actor for event in events})
    return [
        Act(
            event.at,
            names.get(event.actor, event.actor),
            event.action,
            event.detail.get("criterion"),
            event.detail.get("before") or {},
            event.detail.get("after") or {},
        )
        for event in events
    ]
