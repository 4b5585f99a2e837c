"""Publishing: what a phone has under a version never changes, so every change needs a new one."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.accounts.actors import Actor
from app.accounts.scope import require_whole
from app.audit import record
from app.db import db
from app.errors import Conflict
from app.forms.kinds import kind_of
from app.forms.media import MediaFile
from app.forms.models import Form, FormMedia, FormVersion
from app.forms.queries import find_form, find_version
from app.forms.source import Compiled, FormSource
from app.storage.blobs import record_blob, store
from app.xforms.definition import FormDefinition

SERVER_ONLY = ("pii", "registry")  # what the workbook says of a question and the XForm does not


def check_version(project_id: int, compiled: Compiled) -> None:
    """Refuse (`Conflict`) a questionnaire that changes what a published version is."""
    form = find_form(project_id, compiled.definition.xml_form_id)
    if form is not None:
        _published(form, compiled)


def store_version(
    project_id: int, compiled: Compiled, source: FormSource, actor: Actor
) -> FormVersion:
    """Write a version and make it the form's current one, in the present transaction.

    The same questionnaire again is the version that is there; only its workbook, which may have
    other indicators now, is replaced.
    """
    require_whole(actor, "form.manage", project_id)
    form = _locked_form(project_id, compiled.definition.xml_form_id)
    workbook = source.content if source.is_workbook else None
    version = _published(form, compiled)
    if version is None:
        act = "form.published"
        version = _add_version(form, compiled)
        form.current_version_id = version.id
        form.kind = kind_of(compiled.definition.settings)
    elif workbook in {None, version.workbook}:
        return version
    else:
        act = "form.workbook_replaced"
    version.workbook, version.workbook_name = workbook, source.name
    record(actor.label, act, f"form:{form.id}", version=version.version)
    return version


def _published(form: Form, compiled: Compiled) -> FormVersion | None:
    """The version, when it is there already and is the same."""
    definition = compiled.definition
    version = find_version(form.id, definition.version)
    if version is None:
        return None
    names = {"form": form.xml_form_id, "version": version.version}
    if version.xml != compiled.xml:
        raise Conflict(
            "Version “%(version)s” of the form “%(form)s” is published already with other"
            " questions. Raise the version in the settings sheet.",
            **names,
        )
    if _media_of(version) != _media(compiled):
        raise Conflict(
            "Version “%(version)s” of the form “%(form)s” is published already with other media"
            " files. Raise the version in the settings sheet.",
            **names,
        )
    if _server_side(FormDefinition.from_json(version.definition)) != _server_side(definition):
        raise Conflict(
            "Version “%(version)s” of the form “%(form)s” is published already with other settings"
            " or other marks of personal data. Raise the version in the settings sheet.",
            **names,
        )
    return version


def _media_of(version: FormVersion) -> set[tuple[str, str | None, str | None]]:
    return {(file.name, file.md5, file.made_list) for file in version.media}


def _media(compiled: Compiled) -> set[tuple[str, str | None, str | None]]:
    return {(file.name, file.md5, file.made_list) for file in compiled.media}


def _server_side(definition: FormDefinition) -> object:
    marks = (
        (item.path, *(getattr(item, name) for name in SERVER_ONLY)) for item in definition.fields
    )
    return definition.settings, {mark for mark in marks if any(mark[1:])}


def _locked_form(project_id: int, xml_form_id: str) -> Form:
    """The form, made if need be; others who publish it wait for the end of the transaction."""
    values = {"project_id": project_id, "xml_form_id": xml_form_id}
    db.session.execute(insert(Form).values(values).on_conflict_do_nothing())
    return db.session.scalars(select(Form).filter_by(**values).with_for_update()).one()


def _add_version(form: Form, compiled: Compiled) -> FormVersion:
    definition = compiled.definition
    version = FormVersion(
        form_id=form.id,
        version=definition.version,
        title=definition.title,
        xml=compiled.xml,
        md5=compiled.md5,
        definition=definition.to_json(),
    )
    db.session.add(version)
    db.session.flush()
    for file in compiled.media:
        db.session.add(FormMedia(form_version_id=version.id, **store_media(file)))
    db.session.flush()
    return version


def store_media(file: MediaFile) -> dict[str, Any]:
    """Stores a form's file, unless it is a list made here; the columns of its row."""
    columns: dict[str, Any] = {"name": file.name, "made_list": file.made_list}
    if file.content is not None:
        blob = store(file.content)
        record_blob(blob)
        columns |= {"blob_sha256": blob.sha256, "md5": file.md5}
    return columns
