"""The only reader of personal answers and files; every read is recorded."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import or_, select

from app import audit
from app.accounts.actors import Actor
from app.db import db
from app.errors import NotFound
from app.forms.queries import definition_of
from app.storage.blobs import blob_path
from app.submissions.keys import answer_keys
from app.submissions.models import Instance, PersonalAnswer
from app.submissions.queries import (
    Attachment,
    Contents,
    attachments_of,
    contents_of,
    get_submission,
)
from app.xforms.audit_log import NAME, Event, read_log
from app.xforms.definition import FormDefinition
from app.xforms.question_types import FILE_TYPES


@dataclass(frozen=True, slots=True)
class Personal:
    """The personal answers of one instance, at the top and by row (repeat, position)."""

    top: dict[str, Any] = field(default_factory=dict)
    rows: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)


def read_personal(actor: Actor, submission_id: int, instance_pk: int) -> Personal:
    """The personal answers of one instance of a submission; records who read them.

    `NotFound` where the actor may not read personal answers.
    """
    get_submission(actor, submission_id, "personal.read")
    statement = (
        select(PersonalAnswer)
        .join(Instance, Instance.id == PersonalAnswer.instance_pk)
        .where(
            PersonalAnswer.instance_pk == instance_pk,
            or_(Instance.id == submission_id, Instance.root_id == submission_id),
        )
    )
    found = db.session.scalar(statement)
    subject = f"submission:{submission_id}"
    audit.record(actor.label, "personal.read", subject, instance=instance_pk)
    return _personal(found.answers) if found else Personal()


def _personal(answers: dict[str, Any]) -> Personal:
    rows = {(row["repeat"], row["position"]): row["answers"] for row in answers["rows"]}
    return Personal(answers["top"], rows)


def open_files(contents: Contents | None, definition: FormDefinition) -> frozenset[str]:
    """The names of files that answer a question not tagged personal; all others are personal.

    So are `audit.csv`, which repeats answers, and files that the form did not ask for.
    """
    if contents is None:
        return frozenset()
    keys = answer_keys(definition)
    asked: dict[str | None, set[str]] = defaultdict(set)
    for item in definition.fields:
        if item.type in FILE_TYPES and item.type != "audit" and item.pii is None:
            asked[item.repeat].add(keys[item.path])
    top = _named(contents.interview.answers, asked[None])
    rows = (_named(row.answers, asked[row.repeat]) for row in contents.rows)
    return frozenset().union(top, *rows)


def _named(answers: dict[str, Any], keys: Collection[str]) -> set[str]:
    return {str(answers[key]) for key in keys if key in answers}


def read_log_details(actor: Actor, submission_id: int, instance_pk: int) -> list[Event]:
    """The lines of the phone's log, with places and answers; records who read them."""
    get_submission(actor, submission_id, "personal.read")
    named = (file for file in attachments_of(instance_pk) if file.name == NAME and file.sha256)
    found = next(named, None)
    instance = db.session.get(Instance, instance_pk)
    if instance is None or submission_id != (instance.root_id or instance.id):
        raise NotFound
    if found is None or found.sha256 is None or not blob_path(found.sha256).is_file():
        return []
    audit.record(
        actor.label, "personal.read", f"submission:{submission_id}", instance=instance_pk, file=NAME
    )
    return read_log(blob_path(found.sha256).read_bytes())[0]


def get_file(actor: Actor, instance_pk: int, name: str) -> Attachment:
    """A file of an instance; a personal one needs the right to it, and its reading is recorded."""
    instance = db.session.get(Instance, instance_pk)
    if instance is None:
        raise NotFound
    submission = get_submission(actor, instance.root_id or instance.id)
    files = (file for file in attachments_of(instance_pk) if file.name == name and file.sha256)
    found = next(files, None)
    if found is None:
        raise NotFound
    definition = definition_of(instance.form_version_id)
    if name not in open_files(contents_of(instance_pk), definition):
        get_submission(actor, submission.id, "personal.read")
        audit.record(actor.label, "personal.read", f"submission:{submission.id}", file=name)
    return found
