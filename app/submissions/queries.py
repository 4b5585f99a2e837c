"""Reads submissions: one whole, its versions and its files."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from app.accounts.actors import Actor
from app.accounts.models import AppUser
from app.accounts.scope import within
from app.db import db
from app.errors import NotFound
from app.forms.models import FormVersion
from app.storage.models import Blob
from app.submissions.models import (
    Instance,
    InstanceAttachment,
    Interview,
    InterviewRow,
    Submission,
)

WAITING = ("received", "edited")


@dataclass(frozen=True, slots=True)
class Version:
    """One instance of a submission's chain of edits."""

    instance_pk: int
    instance_id: str
    received_at: datetime
    form_version_id: int
    form_version: str
    sent_by: str | None
    device_id: str | None


@dataclass(frozen=True, slots=True)
class Contents:
    """What was read out of one instance, without the personal answers."""

    interview: Interview
    rows: Sequence[InterviewRow] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of an instance; without a size it has not arrived."""

    instance_pk: int
    name: str
    expected: bool
    sha256: bytes | None
    size: int | None


def readable(actor: Actor, capability: str = "submission.read") -> ColumnElement[bool]:
    """Condition: the submission lies where the actor has the capability, in its own project."""
    return within(Submission.unit_id, actor, capability, Submission.project_id)


def get_submission(
    actor: Actor, submission_id: int, capability: str = "submission.read"
) -> Submission:
    """The submission; `NotFound` also when it lies outside the actor's territory."""
    statement = select(Submission).where(
        Submission.id == submission_id, readable(actor, capability)
    )
    found = db.session.scalar(statement)
    if found is None:
        raise NotFound
    return found


def may_read(actor: Actor, submission_id: int, capability: str = "submission.read") -> bool:
    """Whether there is such a submission where the actor has the capability."""
    visible = select(Submission.id).where(
        Submission.id == submission_id, readable(actor, capability)
    )
    return db.session.scalar(visible) is not None


def versions_of(submission_id: int) -> list[Version]:
    """The chain of a submission's instances, the first one first."""
    return versions_of_each([submission_id]).get(submission_id, [])


def versions_of_each(submission_ids: Sequence[int]) -> dict[int, list[Version]]:
    """The same of many, by submission."""
    root = func.coalesce(Instance.root_id, Instance.id)
    statement = (
        select(
            root,
            Instance.id,
            Instance.instance_id,
            Instance.received_at,
            Instance.form_version_id,
            FormVersion.version,
            AppUser.name,
            Instance.device_id,
        )
        .join(FormVersion, FormVersion.id == Instance.form_version_id)
        .outerjoin(AppUser, AppUser.id == Instance.app_user_id)
        .where(or_(Instance.id.in_(submission_ids), Instance.root_id.in_(submission_ids)))
        .order_by(Instance.id)
    )
    found = defaultdict(list)
    for row in db.session.execute(statement):
        found[row[0]].append(Version(*row[1:]))
    return found


def contents_of(instance_pk: int) -> Contents | None:
    """The answers of one instance; None while it is not read yet, or could not be."""
    interview = db.session.get(Interview, instance_pk)
    if interview is None:
        return None
    rows = select(InterviewRow).where(InterviewRow.instance_pk == instance_pk)
    return Contents(interview, sorted(db.session.scalars(rows), key=in_order))


def in_order(row: InterviewRow) -> Any:
    """Where a row stands among those of its interview."""
    return row.repeat, [int(part) for part in row.position.split(".")]


def attachments_of(instance_pk: int) -> list[Attachment]:
    """The files of one instance by name: those that came, and those that are still awaited."""
    statement = (
        select(InstanceAttachment, Blob.size)
        .outerjoin(Blob, Blob.sha256 == InstanceAttachment.blob_sha256)
        .where(InstanceAttachment.instance_pk == instance_pk)
        .order_by(InstanceAttachment.name)
    )
    return [
        Attachment(file.instance_pk, file.name, file.expected, file.blob_sha256, size)
        for file, size in db.session.execute(statement)
    ]
