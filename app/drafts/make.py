"""Making, replacing and dropping drafts; what testers had sent goes with each of these."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import quote

from sqlalchemy import delete, func, select, union
from sqlalchemy.orm import selectinload, undefer

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.accounts.tokens import hash_token
from app.clock import now
from app.db import db, on_commit, transaction
from app.drafts.models import DraftFile, DraftMedia, DraftSubmission, FormDraft
from app.errors import BadRequest, NotFound
from app.extensions import secret_key
from app.forms.publish import store_media
from app.forms.source import Compiled, FormSource
from app.org_units.hierarchy import ancestors
from app.projects.queries import get_project
from app.storage.blobs import blob_path
from app.storage.unneeded import forget_unneeded, remove_unrecorded

# Seconds: what another upload has put in place and not yet entered in the books is left alone.
UNDER_WAY = 60


def save_draft(
    project_id: int,
    compiled: Compiled,
    source: FormSource,
    actor: Actor,
    unit_id: int | None = None,
) -> FormDraft:
    """Keeps a checked questionnaire as its form's draft; the form's earlier draft goes.

    Testers keep their address: a phone that has the earlier draft gets this one.
    """
    require_whole(actor, "form.manage", project_id)
    _check_place(project_id, unit_id)
    draft = find_draft(project_id, compiled.definition.xml_form_id, hold=True)
    if draft is None:
        draft = FormDraft(project_id=project_id, xml_form_id=compiled.definition.xml_form_id)
        serial = func.nextval(func.pg_get_serial_sequence(FormDraft.__tablename__, "id"))
        draft.id = db.session.execute(select(serial)).scalar_one()
        draft.token_hash = hash_token(draft_token(draft))
        db.session.add(draft)
    else:
        _wipe(draft)
    draft.version, draft.title = compiled.definition.version, compiled.definition.title
    draft.xml, draft.md5 = compiled.xml, compiled.md5
    draft.definition = compiled.definition.to_json()
    draft.source_name, draft.source = source.name, source.content
    draft.unit_id, draft.made_by, draft.made_at = unit_id, actor.label, now()
    db.session.flush()
    _add_media(draft, compiled)
    audit.record(actor.label, "draft.saved", f"draft:{draft.id}", form=draft.xml_form_id)
    return draft


def _check_place(project_id: int, unit_id: int | None) -> None:
    place = get_project(project_id).org_unit_id
    if unit_id is None:
        return
    if place not in {unit_id, *(above.id for above in ancestors(unit_id))}:
        raise BadRequest("Testers work in a place of this project.")


def _add_media(draft: FormDraft, compiled: Compiled) -> None:
    for file in compiled.media:
        db.session.add(DraftMedia(draft_id=draft.id, **store_media(file)))
    db.session.flush()


def draft_token(draft: FormDraft) -> str:
    """The token in the testers' address, derived as those of surveyors are (ADR 6)."""
    text = f"draft-token:{draft.id}"
    digest = hmac.new(secret_key(), text.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def draft_url(draft: FormDraft, base_url: str) -> str:
    """The address that testers' phones speak to, as ODK Central has it."""
    form_id = quote(draft.xml_form_id, safe="")
    project = f"{base_url}/v1/test/{draft_token(draft)}/projects/{draft.project_id}"
    return f"{project}/forms/{form_id}/draft"


def find_draft(project_id: int, xml_form_id: str, *, hold: bool = False) -> FormDraft | None:
    """The draft of a form."""
    known = {"project_id": project_id, "xml_form_id": xml_form_id}
    statement = select(FormDraft).filter_by(**known)
    return db.session.scalar(statement.with_for_update() if hold else statement)


def list_drafts(project_id: int) -> Sequence[FormDraft]:
    """The drafts of a project by id of the form."""
    statement = select(FormDraft).where(FormDraft.project_id == project_id)
    return db.session.scalars(statement.order_by(FormDraft.xml_form_id)).all()


def get_draft(draft_id: int, actor: Actor) -> FormDraft:
    """A draft with its files; `NotFound` unless the actor manages the project's forms."""
    draft = db.session.get(FormDraft, draft_id, options=[selectinload(FormDraft.media)])
    if draft is None or not actor.may("form.manage", draft.project_id):
        raise NotFound
    require_whole(actor, "form.manage", draft.project_id)
    return draft


def source_of(draft: FormDraft) -> FormSource:
    """What was handed in, to be published."""
    found = db.session.get(
        FormDraft, draft.id, options=[undefer(FormDraft.source)], populate_existing=True
    )
    if found is None:
        raise NotFound
    media = {file.name: blob_path(file.blob_sha256) for file in found.media if file.blob_sha256}
    return FormSource(found.source_name, found.source, media)


def drop_draft(draft_id: int, actor: Actor, act: str) -> None:
    """Ends a draft, its address, and all that was sent to it; `act`: "discarded", "published"."""
    draft = get_draft(draft_id, actor)
    audit.record(actor.label, f"draft.{act}", f"draft:{draft.id}", form=draft.xml_form_id)
    _wipe(draft)
    db.session.execute(delete(FormDraft).where(FormDraft.id == draft.id))


def _wipe(draft: FormDraft) -> None:
    """Deletes its files and what was sent to it; what nothing else needs leaves the disk."""
    sent = select(DraftSubmission.id).where(DraftSubmission.draft_id == draft.id)
    files = db.session.scalars(
        union(
            select(DraftFile.blob_sha256).where(DraftFile.submission_id.in_(sent)),
            select(DraftMedia.blob_sha256).where(
                DraftMedia.draft_id == draft.id, DraftMedia.blob_sha256.is_not(None)
            ),
        )
    ).all()
    db.session.execute(delete(DraftSubmission).where(DraftSubmission.draft_id == draft.id))
    db.session.execute(delete(DraftMedia).where(DraftMedia.draft_id == draft.id))
    before = now().timestamp() - UNDER_WAY
    on_commit(lambda: _remove(files, before))


def _remove(files: Sequence[bytes], before: float) -> None:
    with transaction():
        for sha256 in forget_unneeded(files):
            remove_unrecorded(sha256, before)
