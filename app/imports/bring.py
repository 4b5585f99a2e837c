"""Brings one folder's interview in, by the same intake as a phone's."""

import logging
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import IO

from lxml import etree
from sqlalchemy import or_, select

from app.accounts.models import AppUser
from app.accounts.usernames import fold_username
from app.db import db
from app.forms.queries import definition_of, find_form, find_version
from app.imports.find import Found, Skipped
from app.imports.tree import LARGEST_FILE, File
from app.storage.blobs import CHUNK, IncomingBlob, StoredBlob
from app.submissions.intake import receive_brought
from app.submissions.upload import Upload, UploadedFile
from app.xforms.definition import FormDefinition
from app.xforms.instance import DtdRefused, Instance, NotXml, parse_instance
from app.xforms.untrusted import local_name

LARGEST_INSTANCE = 10 * 1024**2
# What reading a damaged stick or zip may raise.
DAMAGED = (OSError, ValueError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a folder: a case of intake, or `skipped`."""

    path: str
    case: str
    reason: str | None = None
    instance_id: str | None = None


class _LeftAlone(Exception):
    """The folder is not taken in; the text is a key of `find.REASONS`."""


def bring(item: Found | Skipped, project_id: int, app_user_id: int | None) -> Outcome:
    """Takes one folder in; `app_user_id` is whose it is unless the interview says so itself.

    Raises `NotReady` when the disk cannot take it now, and what `db.is_passing` knows for the
    database.
    """
    if isinstance(item, Skipped):
        return Outcome(item.path, "skipped", item.reason)
    try:
        xml = _read(item.xml)
        instance = _open(xml)
        definition = _definition(project_id, instance)
        sender = _sender(project_id, instance, definition) or app_user_id
        upload = Upload(xml, list(_keep(item.files)))
        receipt = receive_brought(upload, project_id=project_id, app_user_id=sender)
    except _LeftAlone as left:
        return Outcome(item.path, "skipped", str(left))
    return Outcome(item.path, receipt.case, receipt.reason, instance.instance_id)


def _read(file: File) -> bytes:
    try:
        with file.open() as stream:
            content = stream.read(LARGEST_INSTANCE + 1)
    except DAMAGED as error:
        log.warning("%s cannot be read: %s", file.path, error)
        raise _LeftAlone("unreadable") from error
    if len(content) > LARGEST_INSTANCE:
        raise _LeftAlone("too-large")
    return content


def _open(xml: bytes) -> Instance:
    try:
        instance = parse_instance(xml)
    except DtdRefused as error:
        raise _LeftAlone("refused") from error
    except NotXml as error:
        raise _LeftAlone("unreadable") from error
    if local_name(instance.root) == "html":
        raise _LeftAlone("form")
    return instance


def _keep(files: Iterable[File]) -> Iterable[UploadedFile]:
    """The files that can be read; the interview goes on waiting for the others."""
    for file in files:
        try:
            with file.open() as stream:
                blob = _store(stream)
        except DAMAGED as error:
            log.warning("%s cannot be read: %s", file.path, error)
            continue
        if blob is not None:
            yield UploadedFile(file.name, blob)


def _store(stream: IO[bytes]) -> StoredBlob | None:
    """A file's bytes on the disk; None when there are more than its tree may have announced."""
    left = LARGEST_FILE
    with IncomingBlob() as incoming:
        while chunk := stream.read(CHUNK):
            left -= len(chunk)
            if left < 0:
                return None
            incoming.write(chunk)
        return incoming.keep()


def _definition(project_id: int, instance: Instance) -> FormDefinition | None:
    """What its form asks, when it is here; refuses an interview that is not finished."""
    form = find_form(project_id, instance.form_id)
    version = form and find_version(form.id, instance.version)
    if not version:
        return None
    definition = definition_of(version.id)
    # Collect writes the time of the end when an interview is finalized, and not before.
    ends = _said(instance, definition, "end")
    if ends and not any(ends):
        raise _LeftAlone("unfinished")
    return definition


def _sender(project_id: int, instance: Instance, definition: FormDefinition | None) -> int | None:
    """The surveyor whose code the phone wrote into the interview, as its QR code had set it."""
    said = definition and next(filter(None, _said(instance, definition, "username")), None)
    if not said:
        return None
    same = or_(AppUser.enumerator_code == said, AppUser.username == fold_username(said))
    found = db.session.scalars(
        select(AppUser.id).where(AppUser.project_id == project_id, same).limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _said(instance: Instance, definition: FormDefinition, type_: str) -> list[str]:
    """What the interview says to the questions of this type outside of repeats."""
    paths = (item.path for item in definition.fields if item.type == type_ and item.repeat is None)
    nodes: list[etree._Element] = []
    for path in paths:
        node = instance.root.find("/".join("{*}" + part for part in path.split("/")))
        nodes += [] if node is None else [node]
    return [(node.text or "").strip() for node in nodes]
