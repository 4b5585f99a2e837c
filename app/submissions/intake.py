"""Takes an upload in: new, a repeat, an edit, or parked; acknowledged once it is durable.

The usual case, a new interview from a known phone for a published form, is one statement. What
that statement does not insert is looked at more closely in `_unusual`.
"""

from typing import Any

import psycopg

from app import db, queue
from app.errors import BadRequest
from app.submissions import parked
from app.submissions.statements import ACCEPT, ADD_FILES, READ_AGAIN
from app.submissions.upload import Receipt, UnknownSender, Upload
from app.xforms.instance import DtdRefused, Instance, NotXml, parse_instance


def receive(upload: Upload, *, project_id: int, token_hash: bytes) -> Receipt:
    """Takes one POST in; when it returns, what was sent is durable.

    Raises `UnknownSender`, `BadRequest` for a document type definition, and what `db.is_passing`
    knows when the database is away: sending again later is safe, since every case can be repeated.
    """
    return _take(upload, {"project": project_id, "token": token_hash})


def receive_brought(upload: Upload, *, project_id: int, app_user_id: int | None) -> Receipt:
    """The same for what a person brings, perhaps from the phone of a known surveyor.

    That phone may have been revoked meanwhile: lost and found again, it still has its interviews.
    """
    return _take(upload, {"project": project_id, "app_user": app_user_id})


def _take(upload: Upload, sender: dict[str, Any]) -> Receipt:
    try:
        instance = parse_instance(upload.xml)
    except DtdRefused as error:
        raise BadRequest(
            "The form has a document type definition, which no form needs. Send it without one."
        ) from error
    except NotXml:
        instance = None
    return db.repeated(lambda: _receive(upload, instance, sender))


def _receive(upload: Upload, instance: Instance | None, sender: dict[str, Any]) -> Receipt:
    known = sender | _known(upload)
    if instance is not None and instance.instance_id:
        known |= _identity(instance)
        if _accept(known, edit=bool(instance.deprecated_id), files=bool(upload.files)):
            queue.ring()
            return Receipt("edit" if instance.deprecated_id else "new")
    with db.autocommit() as connection:
        return _unusual(connection, upload, instance, known)


def _accept(known: dict[str, Any], *, edit: bool, files: bool) -> bool:
    """Whether it was the usual case, and is durable now."""
    accept = ACCEPT["app_user" in known, edit, files]
    return bool(db.ask(accept.question, *(_text(known[name]) for name in accept.names)))


def _text(value: object) -> bytes | None:
    """As PostgreSQL reads it."""
    if isinstance(value, bytes):
        return b"\\x" + value.hex().encode()
    if isinstance(value, list):
        return b"{" + b",".join(map(_quoted, value)) + b"}"
    return None if value is None else str(value).encode()


def _quoted(value: object) -> bytes:
    """As PostgreSQL reads it in an array."""
    text = _text(value) or b""
    return b'"' + text.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def _known(upload: Upload) -> dict[str, Any]:
    known: dict[str, Any] = {
        "xml": upload.xml,
        "device": upload.device_id,
    }
    if upload.files:
        known |= {
            "name": [file.name for file in upload.files],
            "sha256": [file.blob.sha256 for file in upload.files],
            "size": [file.blob.size for file in upload.files],
        }
    return known


def _identity(instance: Instance) -> dict[str, str | None]:
    return {
        "form": instance.form_id,
        "version": instance.version,
        "instance": instance.instance_id,
        "deprecated": instance.deprecated_id,
    }


def _unusual(
    connection: psycopg.Connection[Any],
    upload: Upload,
    instance: Instance | None,
    known: dict[str, Any],
) -> Receipt:
    """What the accepting statement leaves: an unknown sender, a repeat, or something to park."""
    known |= {"app_user": _sender(connection, known)}
    reason = "unreadable"
    if instance is not None:
        earlier = _earlier(connection, known) if instance.instance_id else None
        if earlier and earlier["same"] and earlier["purged"]:
            return Receipt("repeat")  # nothing of it comes back
        if earlier and earlier["same"]:
            return _repeat(connection, upload, known | {"instance_pk": earlier["id"]})
        reason = parked.reason_of(connection, instance, known, taken=earlier is not None)
    filed = parked.park(connection, upload, instance, known, reason)
    if filed is not None:
        return _repeat(connection, upload, known | {"instance_pk": filed})
    return Receipt("parked", reason)


def _sender(connection: psycopg.Connection[Any], known: dict[str, Any]) -> int | None:
    """Whose upload it is; `UnknownSender` for a token that no phone has."""
    if "app_user" in known:
        brought_for: int | None = known["app_user"]
        return brought_for
    sender = connection.execute(
        "select id from app_users"
        " where token_hash = %(token)s and project_id = %(project)s and revoked_at is null",
        known,
    ).fetchone()
    if sender is None:
        raise UnknownSender
    return int(sender[0])


def _earlier(connection: psycopg.Connection[Any], known: dict[str, Any]) -> dict[str, Any] | None:
    """The instance that has this id already, and whether its bytes are the same."""
    row = connection.execute(
        "select i.id, i.xml = %(xml)s or i.purged_sha256 = sha256(%(xml)s),"
        " i.purged_sha256 is not null from instances i join forms f on f.id = i.form_id"
        " where f.project_id = %(project)s and f.xml_form_id = %(form)s"
        " and i.instance_id = %(instance)s",
        known,
    ).fetchone()
    return row and {"id": row[0], "same": row[1], "purged": row[2]}


def _repeat(connection: psycopg.Connection[Any], upload: Upload, known: dict[str, Any]) -> Receipt:
    if upload.files:
        connection.execute(ADD_FILES, known)
        if connection.execute(READ_AGAIN, known).rowcount:
            queue.ring()
    return Receipt("repeat")
