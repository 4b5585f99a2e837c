"""Files a parked upload as an instance, with its files, once it has a place."""

from dataclasses import dataclass

from app.db import driver
from app.submissions.statements import READ_AGAIN

# Where an upload goes: as sent, it needs the original it edits; as the newest version it replaces
# whatever is the newest one of its interview; alone it begins an interview of its own. One whose
# id is taken, or that has none, gets one made of its bytes, the same however often it is sent.
FILE = """
with upload as (
    select p.*, f.id as form_id, v.id as version_id,
           p.instance_id || '/' || left(encode(p.xml_sha256, 'hex'), 16) as own_id
    from parked_uploads p
    join forms f on f.project_id = p.project_id and f.xml_form_id = p.xml_form_id
    join form_versions v on v.form_id = f.id and v.version = p.version
    where p.id = %(parked)s
), {place}
insert into instances (root_id, project_id, form_id, form_version_id, app_user_id, received_at,
                       instance_id, deprecated_id, device_id, xml)
select place.root_id, project_id, form_id, version_id, app_user_id, received_at,
       place.instance_id, place.deprecated_id, device_id, xml
from upload, place
on conflict do nothing
returning id
"""

_AS_SENT = """place as (
    select coalesce(o.root_id, o.id) as root_id, u.deprecated_id,
           coalesce(u.instance_id, 'sha256:' || encode(u.xml_sha256, 'hex')) as instance_id
    from upload u
    left join instances o on o.form_id = u.form_id and o.instance_id = u.deprecated_id
    where u.deprecated_id is null or o.id is not null
)"""

# The interview that has its id or, of an edit, the version that it edits.
_SAME_INTERVIEW = """same as (
    select coalesce(o.root_id, o.id) as root_id
    from upload u join instances o on o.form_id = u.form_id
     and o.instance_id = case u.reason when 'same-id' then u.instance_id else u.deprecated_id end
), newest as (
    select i.id, same.root_id, i.instance_id
    from same join instances i on i.id = same.root_id or i.root_id = same.root_id
    order by i.id desc limit 1
)"""

_NEWEST = f"""{_SAME_INTERVIEW}, place as (
    select n.root_id, n.instance_id as deprecated_id,
           case u.reason when 'same-id' then u.own_id else u.instance_id end as instance_id
    from upload u, newest n
)"""  # noqa: S608 - our own words

_ALONE = """place as (
    select null::bigint as root_id, null::text as deprecated_id, instance_id from upload
)"""

PLACES = {"admit": _AS_SENT, "newest": _NEWEST, "alone": _ALONE}

# The same bytes, accepted from another POST while these were parked.
SAME = """
select i.id from parked_uploads p
join forms f on f.project_id = p.project_id and f.xml_form_id = p.xml_form_id
join instances i on i.form_id = f.id and i.instance_id = p.instance_id and i.xml = p.xml
where p.id = %(parked)s
"""

ATTACH = """
insert into instance_attachments (instance_pk, name, blob_sha256, received_at)
select %(instance_pk)s, a.name, a.blob_sha256, p.received_at
from parked_attachments a join parked_uploads p on p.id = a.parked_id
where a.parked_id = %(parked)s
on conflict (instance_pk, name) do update
set blob_sha256 = excluded.blob_sha256, received_at = excluded.received_at
where instance_attachments.blob_sha256 is null
"""

# Which version its files belong to: the one with its id or, of an edit, the newest.
TARGET = f"""
with upload as (
    select p.*, f.id as form_id from parked_uploads p
    join forms f on f.project_id = p.project_id and f.xml_form_id = p.xml_form_id
    where p.id = %(parked)s
), {_SAME_INTERVIEW}
select coalesce(
    (select o.id from upload u join instances o
     on o.form_id = u.form_id and o.instance_id = u.instance_id where u.reason = 'same-id'),
    (select id from newest))
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Attached:
    """How many files of an upload an instance took over."""

    instance_pk: int
    count: int


def file_upload(parked_id: int, place: str) -> int | None:
    """Files an upload (`admit`, `newest`, `alone`); the instance, None when it has no place yet."""
    known = {"parked": parked_id}
    row = driver().execute(FILE.format(place=PLACES[place]), known).fetchone()
    if row is None:
        row = driver().execute(SAME, known).fetchone()
        if row is None:
            return None
    else:
        driver().execute("insert into inbox (instance_pk) values (%s)", row)
    attach(parked_id, row[0])
    return int(row[0])


def attach(parked_id: int, instance_pk: int) -> Attached:
    """Gives an instance the files it lacks, and the versions after it what they lack of these."""
    known = {"parked": parked_id, "instance_pk": instance_pk}
    count = driver().execute(ATTACH, known).rowcount
    if count:
        driver().execute(READ_AGAIN, known)
    return Attached(instance_pk, count)


def attach_to_interview(parked_id: int) -> Attached:
    """Gives the interview that an upload is about the files that it lacks."""
    row = driver().execute(TARGET, {"parked": parked_id}).fetchone()
    instance_pk = row and row[0]
    return attach(parked_id, instance_pk) if instance_pk else Attached(0, 0)
