"""The statements that accept an instance: one round trip and one commit each.

Each checks the sender and the form version inside the statement, so no cache can be stale, and
returns no row when anything is not as in the usual case.
"""

import re

from app.db import Question

# A phone proves by its token who sends; whoever brings a stick is known to the door already.
_PHONE = """select id from app_users
    where token_hash = %(token)s and project_id = %(project)s and revoked_at is null"""
_BROUGHT = "select %(app_user)s::int as id"

_HEAD = """
with sender as (
    {sender}
), target as (
    select f.id as form_id, v.id as version_id
    from forms f join form_versions v on v.form_id = f.id and v.version = %(version)s
    where f.project_id = %(project)s and f.xml_form_id = %(form)s and f.state <> 'closed'
)"""

_ORIGINAL = """, original as (
    select coalesce(root_id, id) as root_id from instances
    where form_id = (select form_id from target) and instance_id = %(deprecated)s
)"""

_INSERT = """, new as (
    insert into instances (root_id, project_id, form_id, form_version_id, app_user_id,
                           instance_id, deprecated_id, device_id, xml)
    select {root}, %(project)s, form_id, version_id, sender.id,
           %(instance)s, %(deprecated)s, %(device)s, %(xml)s::bytea
    from {sources}
    on conflict do nothing
    returning id
), owed as (
    insert into inbox (instance_pk) select id from new
)"""

# A file that came already keeps its first bytes.
_FILES = """, stored as (
    insert into blobs (sha256, md5, size)
    select * from unnest(%(sha256)s::bytea[], %(md5)s::text[], %(size)s::bigint[])
    on conflict do nothing
), attached as (
    insert into instance_attachments (instance_pk, name, blob_sha256, received_at)
    select distinct on (name) new.id, name, sha256, now()
    from new, unnest(%(name)s::text[], %(sha256)s::bytea[]) as file (name, sha256)
    on conflict (instance_pk, name) do update
    set blob_sha256 = excluded.blob_sha256, received_at = excluded.received_at
    where instance_attachments.blob_sha256 is null
)"""

_TAIL = "\nselect id from new"


def _statement(sender: str, *, edit: bool, files: bool) -> str:
    insert = (
        _INSERT.format(root="original.root_id", sources="sender, target, original")
        if edit
        else _INSERT.format(root="null::bigint", sources="sender, target")
    )
    head = _HEAD.format(sender=sender)
    return head + (_ORIGINAL if edit else "") + insert + (_FILES if files else "") + _TAIL


def _statements(sender: str) -> dict[tuple[bool, bool], str]:
    return {
        (edit, files): _statement(sender, edit=edit, files=files)
        for edit in (False, True)
        for files in (False, True)
    }


ACCEPT = _statements(_PHONE)
ACCEPT_BROUGHT = _statements(_BROUGHT)

# The usual case, an interview without files from a phone, is asked below the driver's cursor.
VALUES = ("token", "project", "form", "version", "instance", "deprecated", "device", "xml")
_NAMED = re.compile(r"%\((\w+)\)s")


def _question(*, edit: bool) -> Question:
    numbered = _NAMED.sub(lambda name: f"${VALUES.index(name[1]) + 1}", ACCEPT[edit, False])
    return Question(b"accept_edit" if edit else b"accept", numbered.encode())


ACCEPT_PLAIN = {edit: _question(edit=edit) for edit in (False, True)}

ADD_FILES = "with new as (select %(instance_pk)s::bigint as id)" + _FILES + _TAIL

# The later versions of an interview take over the files that came for an earlier one, which they
# do when they are read; where a worker has one in hand, this waits for the end of that. It is a
# statement of its own: an edit that is accepted after it finds the files there.
READ_AGAIN = """
insert into inbox (instance_pk)
select later.id from instances i
join instances later on later.root_id = coalesce(i.root_id, i.id) and later.id > i.id
where i.id = %(instance_pk)s
union
-- The phone's log is read with the interview, which is read again when the log comes later.
select a.instance_pk from instance_attachments a
where a.instance_pk = %(instance_pk)s and a.name = 'audit.csv' and a.blob_sha256 is not null
  and not exists (select from interview_logs l where l.instance_pk = a.instance_pk)
on conflict do nothing
"""
