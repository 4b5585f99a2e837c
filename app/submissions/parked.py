"""Uploads that are whole and cannot be filed: kept byte for byte; `settling` says what becomes."""

import hashlib
from typing import Any

import psycopg

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
on conflict (project_id, xml_sha256) do update
set times = parked_uploads.times + 1,
    reason = case when parked_uploads.settled_at is null then excluded.reason
                  else parked_uploads.reason end
returning id, filed_pk
"""

PARK_FILES = """
with stored as (
    insert into blobs (sha256, size)
    select * from unnest(%(sha256)s::bytea[], %(size)s::bigint[])
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
) -> int | None:
    """Keeps a whole upload byte for byte; sent again, it is counted and not kept twice.

    Returns the instance that it became, or that got its files, if it is settled so already.
    """
    blank = dict.fromkeys(("form", "version", "instance", "deprecated"))
    if instance is not None and not instance.instance_id:
        blank |= {"form": instance.form_id, "version": instance.version}
    values = blank | known | {"reason": reason, "xml_sha256": hashlib.sha256(upload.xml).digest()}
    with connection.transaction():
        row = connection.execute(PARK, values).fetchone()
        assert row is not None
        parked_id: int = row[0]
        filed_pk: int | None = row[1]
        if upload.files and filed_pk is None:
            connection.execute(PARK_FILES, values | {"parked": parked_id})
    if reason == "edit-of-unknown":
        connection.execute(READ_ORIGINAL, values)
    return filed_pk
