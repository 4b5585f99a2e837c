"""Interviews for programmes that copy them away, in pages whose cursor misses none.

A cursor has the last interview that was given out, and the moment at which the walk began: an
interview that lacked a file when the walk passed it is given out later, once its files are here.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, or_, select, text

from app import audit, clock
from app.accounts.actors import Actor
from app.db import db
from app.errors import BadRequest, NotFound
from app.forms.models import Form
from app.ledger import MOST_ATTEMPTS
from app.storage.blobs import md5_of
from app.submissions.models import InboxItem, Instance, InstanceAttachment, Submission
from app.submissions.queries import readable

MOST = 1000
PERSONAL = "personal.read"  # an interview's XML has names in it
# An interview that is being accepted has its number already and is not yet seen by others.
UNSEEN = text("interval '10 seconds'")
NEWEST = 5000  # more than are accepted in that time
MOST_COMPLETED = 10_000  # given out at once, so that none falls between two pages
_CURSOR = re.compile(r"(\d{1,18})@(\d{1,16})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last interview given out, and from when on files are looked at that came later."""

    after: int
    since: datetime

    def __str__(self) -> str:
        return f"{self.after}@{int(self.since.timestamp() * 1_000_000)}"


@dataclass(frozen=True, slots=True)
class Page:
    """Ids of interviews, and where to go on; the same cursor again says that this was all."""

    instance_ids: Sequence[str]
    cursor: Cursor


def read_cursor(given: str | None) -> Cursor:
    """The cursor of an answer of ours; without one the walk begins."""
    if not given:
        return Cursor(0, clock.now())
    found = _CURSOR.fullmatch(given)
    if found is None:
        raise BadRequest("The cursor is not from an answer of ours. Start without it.")
    since = datetime.fromtimestamp(int(found[2]) / 1_000_000, tz=clock.now().tzinfo)
    return Cursor(int(found[1]), since)


def list_interviews(actor: Actor, form: Form, cursor: Cursor, limit: int) -> Page:
    """The next complete interviews of a form that the actor may read with all names."""
    limit = min(max(limit, 1), MOST)
    mine = (Submission.form_id == form.id, readable(actor, PERSONAL))
    walk = (
        select(Submission.id, Instance.instance_id)
        .join(Instance, Instance.id == Submission.current_pk)
        .where(*mine, Submission.id > cursor.after, Submission.id < _bound())
        .order_by(Submission.id)
        .limit(limit)
    )
    passed = db.session.execute(walk).all()
    if passed:
        ids = _complete([row.id for row in passed])
        found = [row.instance_id for row in passed if row.id in ids]
        return Page(found, Cursor(passed[-1].id, cursor.since))
    return _completed_since(mine, cursor)


def _bound() -> ColumnElement[int]:
    """The first interview behind which others may still appear: in hand, or not yet read."""
    unread = (
        select(func.min(Instance.id))
        .join(InboxItem, InboxItem.instance_pk == Instance.id)
        .where(InboxItem.attempts < MOST_ATTEMPTS, Instance.root_id.is_(None))
    )
    newest = select(Instance.id, Instance.received_at).order_by(Instance.id.desc())
    recent = newest.limit(NEWEST).subquery()
    young = select(func.min(recent.c.id)).where(recent.c.received_at > func.now() - UNSEEN)
    return func.least(
        func.coalesce(unread.scalar_subquery(), 2**62),
        func.coalesce(young.scalar_subquery(), 2**62),
    )


def _missing() -> ColumnElement[bool]:
    file = InstanceAttachment
    return exists().where(
        file.instance_pk == Submission.current_pk, file.expected, file.blob_sha256.is_(None)
    )


def _complete(submission_ids: Sequence[int]) -> set[int]:
    statement = select(Submission.id).where(Submission.id.in_(submission_ids), ~_missing())
    return set(db.session.scalars(statement))


def _completed_since(mine: Sequence[ColumnElement[bool]], cursor: Cursor) -> Page:
    """At the walk's end: what it passed and what has been completed since it began."""
    latest = (
        select(func.max(InstanceAttachment.received_at))
        .where(InstanceAttachment.instance_pk == Submission.current_pk)
        .scalar_subquery()
    )
    arrived = select(InstanceAttachment.instance_pk).where(
        InstanceAttachment.received_at > cursor.since
    )
    statement = (
        select(Instance.instance_id, latest.label("completed"))
        .join(Instance, Instance.id == Submission.current_pk)
        .select_from(Submission)
        .where(
            *mine, Submission.id <= cursor.after, Submission.current_pk.in_(arrived), ~_missing()
        )
        .order_by(latest, Submission.id)
        .limit(MOST_COMPLETED)
    )
    rows = db.session.execute(statement).all()
    since = rows[-1].completed if rows else cursor.since
    return Page([row.instance_id for row in rows], Cursor(cursor.after, since))


@dataclass(frozen=True, slots=True)
class Pulled:
    """A whole interview as it came: its XML, when it came, and the files that are here."""

    instance: Instance
    xml: bytes
    files: Sequence[tuple[str, str]]  # name, MD5


def pull_interview(actor: Actor, form: Form, instance_id: str) -> Pulled:
    """One interview with all names in it; records who read it. `NotFound` beyond their places."""
    statement = (
        select(Instance, Instance.xml, Submission.id)
        .join(Submission, or_(Submission.id == Instance.root_id, Submission.id == Instance.id))
        .where(
            Instance.form_id == form.id,
            Instance.instance_id == instance_id,
            readable(actor, PERSONAL),
        )
    )
    row = db.session.execute(statement).first()
    if row is None:
        raise NotFound
    instance, xml, submission_id = row
    subject = f"submission:{submission_id}"
    audit.record(actor.label, "personal.read", subject, instance=instance.id, whole=True)
    files = (
        select(InstanceAttachment.name, InstanceAttachment.blob_sha256)
        .where(InstanceAttachment.instance_pk == instance.id)
        .where(InstanceAttachment.blob_sha256.is_not(None))
        .order_by(InstanceAttachment.name)
    )
    # Worked out here and not when a photo comes: few interviews are pulled, once.
    hashed = [(name, md5_of(sha256 or b"")) for name, sha256 in db.session.execute(files)]
    return Pulled(instance, xml, [(name, md5) for name, md5 in hashed if md5 is not None])
