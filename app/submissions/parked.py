"""Uploads that are whole and cannot be filed: kept, listed, and admitted or discarded."""

import hashlib
from typing import Any

import psycopg
from sqlalchemy import ColumnElement, exists, select, true

from app import audit, clock, queue
from app.accounts.actors import Actor
from app.accounts.models import RoleGrant
from app.accounts.scope import within
from app.db import db, driver, on_commit
from app.errors import Conflict, NotFound
from app.submissions.models import InboxItem, InstanceAttachment, ParkedAttachment, ParkedUpload
from app.submissions.upload import Upload
from app.xforms import instance as wire

# Why an upload was parked, in words for the person who settles it.
REASONS = {
    "unreadable": "The file is not readable XML.",
    "no-instance-id": "The interview carries no instance id.",
    "form-unknown": "No such form is published here.",
    "form-closed": "The form is closed.",
    "version-unknown": "This version of the form was never published here.",
    "same-id": "Another interview with this id and other content is here already.",
    "edit-of-unknown": "It edits an interview that is not here; it waits for that one.",
    "edit-outdated": "It edits a version that somebody has edited meanwhile.",
}


def reason_of(
    connection: psycopg.Connection[Any],
    instance: wire.Instance,
    known: dict[str, Any],
    *,
    taken: bool,
) -> str:
    """Why the accepting statement did not take an instance from a known sender."""
    if not instance.instance_id:
        return "no-instance-id"
    if taken:
        return "same-id"
    form = connection.execute(
        "select f.state, exists (select from form_versions v"
        " where v.form_id = f.id and v.version = %(version)s)"
        " from forms f where f.project_id = %(project)s and f.xml_form_id = %(form)s",
        known,
    ).fetchone()
    if form is None:
        return "form-unknown"
    state, version_known = form
    if state == "closed":
        return "form-closed"
    if not version_known:
        return "version-unknown"
    return "edit-outdated" if _is_here(connection, known) else "edit-of-unknown"


def _is_here(connection: psycopg.Connection[Any], known: dict[str, Any]) -> bool:
    found = connection.execute(
        "select from instances i join forms f on f.id = i.form_id"
        " where f.project_id = %(project)s and f.xml_form_id = %(form)s"
        " and i.instance_id = %(deprecated)s",
        known,
    )
    return found.rowcount > 0


PARK = """
insert into parked_uploads (project_id, reason, xml_sha256, xml, xml_form_id, version,
                            instance_id, deprecated_id, app_user_id, device_id)
values (%(project)s, %(reason)s, %(xml_sha256)s, %(xml)s, %(form)s, %(version)s,
        %(instance)s, %(deprecated)s, %(app_user)s, %(device)s)
on conflict (project_id, reason, xml_sha256) do update set times = parked_uploads.times + 1
returning id
"""

PARK_FILES = """
with stored as (
    insert into blobs (sha256, md5, size)
    select * from unnest(%(sha256)s::bytea[], %(md5)s::text[], %(size)s::bigint[])
    on conflict do nothing
)
insert into parked_attachments (parked_id, name, blob_sha256)
select distinct on (name) %(parked)s, name, sha256
from unnest(%(name)s::text[], %(sha256)s::bytea[]) as file (name, sha256)
on conflict do nothing
"""


# Its original may have come, and been read, in the moment before it was parked: reading it again
# files the edit. Where a worker has it in hand, this waits for the end of that.
READ_ORIGINAL = """
insert into inbox (instance_pk)
select i.id from instances i join forms f on f.id = i.form_id
where f.project_id = %(project)s and f.xml_form_id = %(form)s and i.instance_id = %(deprecated)s
on conflict do nothing
"""


def park(
    connection: psycopg.Connection[Any],
    upload: Upload,
    instance: wire.Instance | None,
    known: dict[str, Any],
    reason: str,
) -> None:
    """Keeps a whole upload byte for byte; sent again, it is counted and not kept twice."""
    blank = dict.fromkeys(("form", "version", "instance", "deprecated"))
    if instance is not None and not instance.instance_id:
        blank |= {"form": instance.form_id, "version": instance.version}
    values = blank | known | {"reason": reason, "xml_sha256": hashlib.sha256(upload.xml).digest()}
    with connection.transaction():
        row = connection.execute(PARK, values).fetchone()
        assert row is not None
        if upload.files:
            connection.execute(PARK_FILES, values | {"parked": row[0]})
    if reason == "edit-of-unknown":
        connection.execute(READ_ORIGINAL, values)


def _visible(actor: Actor) -> ColumnElement[bool]:
    """A parked upload has no certain place: it is shown where its sender works."""
    if actor.is_operator:
        return true()
    return exists().where(
        RoleGrant.app_user_id == ParkedUpload.app_user_id,
        within(RoleGrant.org_unit_id, actor, "parked.manage", ParkedUpload.project_id),
    )


def list_parked(actor: Actor, project_id: int) -> list[ParkedUpload]:
    """What waits for a person, oldest first."""
    statement = (
        select(ParkedUpload)
        .where(
            ParkedUpload.project_id == project_id,
            ParkedUpload.settled_at.is_(None),
            _visible(actor),
        )
        .order_by(ParkedUpload.id)
    )
    return list(db.session.scalars(statement))


def get_parked(parked_id: int, actor: Actor) -> ParkedUpload:
    """One parked upload, settled or not; raises `NotFound`."""
    statement = select(ParkedUpload).where(ParkedUpload.id == parked_id, _visible(actor))
    held = statement.with_for_update().execution_options(populate_existing=True)
    upload = db.session.scalar(held)
    if upload is None:
        raise NotFound
    return upload


def discard(parked_id: int, reason: str, actor: Actor) -> None:
    """Sets a parked upload aside for good; its bytes stay."""
    upload = _waiting(parked_id, actor)
    _settle(upload, "discarded", actor, reason=reason)


def admit(parked_id: int, actor: Actor) -> int:
    """Files a parked upload now that its form, version or original is here; the new instance's id.

    Raises `Conflict` when it still cannot be filed.
    """
    upload = _waiting(parked_id, actor)
    instance_pk = _file(upload)
    if instance_pk is None:
        raise Conflict(
            "It still cannot be filed: publish the form's version, or wait for the original."
        )
    _settle(upload, "admitted", actor, instance=instance_pk)
    on_commit(queue.ring)
    return instance_pk


def admit_waiting_edits(instance_pks: list[int]) -> int:
    """Files the edits that came before the originals with these ids; how many."""
    rows = driver().execute(
        """
        select p.id from parked_uploads p
        join instances i on i.project_id = p.project_id and i.instance_id = p.deprecated_id
        join forms f on f.id = i.form_id and f.xml_form_id = p.xml_form_id
        where i.id = any(%s) and p.settled_at is null and p.reason = 'edit-of-unknown'
        order by p.id for update of p
        """,
        (instance_pks,),
    )
    uploads = [db.session.get_one(ParkedUpload, parked_id) for (parked_id,) in rows.fetchall()]
    admitted = [upload for upload in uploads if _file(upload) is not None]
    for upload in admitted:
        upload.settled_at, upload.settlement = clock.now(), "admitted"
    return len(admitted)


def _waiting(parked_id: int, actor: Actor) -> ParkedUpload:
    upload = get_parked(parked_id, actor)
    if upload.settled_at is not None:
        raise Conflict("Somebody has settled this already.")
    return upload


def _settle(upload: ParkedUpload, settlement: str, actor: Actor, **detail: Any) -> None:
    upload.settled_at, upload.settlement = clock.now(), settlement
    audit.record(actor.label, f"parked.{settlement}", f"parked:{upload.id}", **detail)


FILE = """
insert into instances (root_id, project_id, form_id, form_version_id, app_user_id, received_at,
                       instance_id, deprecated_id, device_id, xml)
select coalesce(o.root_id, o.id), p.project_id, f.id, v.id, p.app_user_id, p.received_at,
       p.instance_id, p.deprecated_id, p.device_id, p.xml
from parked_uploads p
join forms f on f.project_id = p.project_id and f.xml_form_id = p.xml_form_id
join form_versions v on v.form_id = f.id and v.version = p.version
left join instances o on o.form_id = f.id and o.instance_id = p.deprecated_id
where p.id = %s and p.instance_id is not null and (p.deprecated_id is null or o.id is not null)
on conflict do nothing
returning id
"""


def _file(upload: ParkedUpload) -> int | None:
    row = driver().execute(FILE, (upload.id,)).fetchone()
    if row is None:
        return None
    instance_pk: int = row[0]
    db.session.add(InboxItem(instance_pk=instance_pk))
    files = db.session.scalars(select(ParkedAttachment).filter_by(parked_id=upload.id))
    for file in files:
        db.session.add(
            InstanceAttachment(
                instance_pk=instance_pk,
                name=file.name,
                blob_sha256=file.blob_sha256,
                received_at=upload.received_at,
            )
        )
    db.session.flush()
    return instance_pk
