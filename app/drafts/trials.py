"""What testers send: kept beside the draft, read for its page, and never for anything else."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload, undefer

from app.accounts.actors import Actor, Grant
from app.accounts.permissions import SURVEYOR
from app.accounts.tokens import hash_token
from app.db import db, driver
from app.drafts.models import DraftSubmission, FormDraft
from app.errors import BadRequest, Conflict
from app.projects.queries import get_project
from app.storage.blobs import record_blob
from app.submissions.reading import FormReader, Reading
from app.submissions.upload import UnknownSender, Upload
from app.xforms.definition import FormDefinition
from app.xforms.instance import DtdRefused, NotXml, parse_instance

MOST = 1000  # trial interviews of one draft: whoever has the code must not fill the disk

KEEP = """
insert into draft_submissions (draft_id, instance_id, xml, device_id)
values (%(draft)s, %(instance)s, %(xml)s, %(device)s)
on conflict (draft_id, instance_id) do update set xml = excluded.xml
returning id
"""
ATTACH = """
insert into draft_files (submission_id, name, blob_sha256) values (%s, %s, %s)
on conflict (submission_id, name) do update set blob_sha256 = excluded.blob_sha256
"""


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial interview and what it says; no reading when its XML cannot be read."""

    sent: DraftSubmission
    reading: Reading


def draft_of_tester(token: str, project_id: int, xml_form_id: str) -> FormDraft:
    """The draft at a tester's address; `UnknownSender` when it has ended or never was."""
    found = db.session.scalar(
        select(FormDraft)
        .where(
            FormDraft.token_hash == hash_token(token),
            FormDraft.project_id == project_id,
            FormDraft.xml_form_id == xml_form_id,
        )
        .options(selectinload(FormDraft.media))
    )
    if found is None:
        raise UnknownSender
    return found


def tester(draft: FormDraft) -> Actor:
    """Whoever holds the draft's code: for lists a surveyor of the place that was chosen."""
    grants = [Grant(draft.project_id, SURVEYOR, draft.unit_id)] if draft.unit_id else []
    language = get_project(draft.project_id).language
    return Actor("draft", draft.id, draft.title, language, tuple(grants))


def keep_trial(draft: FormDraft, upload: Upload) -> None:
    """Keeps a trial interview, in as many POSTs as it comes; an edit is simply another one.

    Raises `BadRequest` for what is no interview of this form: a tester should see it at once.
    """
    try:
        instance = parse_instance(upload.xml)
    except (DtdRefused, NotXml) as error:
        raise BadRequest("The file is not readable XML.") from error
    if instance.form_id != draft.xml_form_id or not instance.instance_id:
        raise BadRequest("This address takes trial interviews of one form only.")
    # Who replaces or ends the draft meanwhile waits for this, or this finds it gone.
    held = select(FormDraft.id).where(FormDraft.id == draft.id)
    if db.session.scalar(held.with_for_update(read=True, key_share=True)) is None:
        raise UnknownSender
    count = select(func.count()).where(DraftSubmission.draft_id == draft.id)
    if db.session.execute(count).scalar_one() >= MOST:
        raise Conflict("This draft has 1,000 trial interviews. Replace or publish it.")
    values = {
        "draft": draft.id,
        "instance": instance.instance_id,
        "xml": upload.xml,
        "device": upload.device_id,
    }
    row = driver().execute(KEEP, values).fetchone()
    assert row is not None
    for file in upload.files:
        record_blob(file.blob)
        db.session.flush()
        driver().execute(ATTACH, (row[0], file.name, file.blob.sha256))


def trials_of(draft: FormDraft) -> Sequence[Trial]:
    """The trial interviews, newest first, as the draft reads them."""
    reader = FormReader(definition_of_draft(draft))
    sent = db.session.scalars(
        select(DraftSubmission)
        .where(DraftSubmission.draft_id == draft.id)
        .order_by(DraftSubmission.id.desc())
        .options(undefer(DraftSubmission.xml), selectinload(DraftSubmission.files))
        .limit(100)
    )
    return [Trial(one, reader.read(one.xml)) for one in sent]


def definition_of_draft(draft: FormDraft) -> FormDefinition:
    """What the draft asks."""
    stored = db.session.execute(
        select(FormDraft.definition).where(FormDraft.id == draft.id)
    ).scalar_one()
    return FormDefinition.from_json(stored)
