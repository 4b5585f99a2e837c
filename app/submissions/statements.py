"""The statements that accept an instance: one round trip and one commit each.

Each checks the sender and the form version inside the statement, so no cache can be stale, and
returns no row when anything is not as in the usual case.
"""

import re
from typing import NamedTuple

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
    insert into blobs (sha256, size)
    select * from unnest(%(sha256)s::bytea[], %(size)s::bigint[])
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


_NAMED = re.compile(r"%\((\w+)\)s")


class Accepting(NamedTuple):
    """A statement that accepts, asked below the driver's cursor, and the names of its values."""

    question: Question
    names: tuple[str, ...]


def _accepting(*, brought: bool, edit: bool, files: bool) -> Accepting:
    root, sources = ("original.root_id", ", original") if edit else ("null::bigint", "")
    insert = _INSERT.format(root=root, sources=f"sender, target{sources}")
    parts = (
        _HEAD.format(sender=_BROUGHT if brought else _PHONE),
        _ORIGINAL if edit else "",
        insert,
        _FILES if files else "",
        _TAIL,
    )
    names = tuple(dict.fromkeys(_NAMED.findall(text := "".join(parts))))
    numbered = _NAMED.sub(lambda name: f"${names.index(name[1]) + 1}", text)
    called = "accept" + "_brought" * brought + "_edit" * edit + "_files" * files
    return Accepting(Question(called.encode(), numbered.encode()), names)


# By whether a person brings it, whether it is an edit, and whether files come along.
ACCEPT = {
    (brought, edit, files): _accepting(brought=brought, edit=edit, files=files)
    for brought in (False, True)
    for edit in (False, True)
    for files in (False, True)
}

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
