"""By what phones know households: UUIDs, which phones make for what they list without signal.

The registry is an entity list on the phone (ADR 16). Interviews name households by code; what names
one by its UUID, since its form takes `name` from the list, is understood all the same.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from app.accounts.actors import Actor
from app.db import columns, driver
from app.forms.media import REGISTRY
from app.households.roster import theirs_among
from app.submissions.extract import Record
from app.submissions.inbox import InboxEntry
from app.submissions.reading import Reading
from app.submissions.record import reader_of
from app.xforms.entity_actions import read_entity_actions

UUID = re.compile(r"(?i)(?:uuid:)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

# An edit may give the house another code, as long as the registry does not know the id.
NOTE = """
insert into household_ids (project_id, uuid, code, submission_id)
select distinct on (project_id, uuid) project_id, uuid, code, submission_id
from unnest(%s::int[], %s::text[], %s::text[], %s::bigint[], %s::bigint[])
     as n (project_id, uuid, code, submission_id, instance_pk)
order by project_id, uuid, instance_pk desc
on conflict (project_id, uuid) do update set code = excluded.code
where household_ids.submission_id = excluded.submission_id
"""
CODES = """
select i.project_id, i.uuid, i.code
from unnest(%s::int[], %s::text[]) as k (project_id, uuid)
join household_ids i on i.project_id = k.project_id and i.uuid = k.uuid
"""

# A listing that nobody has decided about may still bring its household into the registry.
KNOWN = """
select i.uuid, coalesce(s.state in ('received', 'edited'), false)
from household_ids i left join submissions s on s.id = i.submission_id
where i.project_id = %s and i.uuid = any(%s)
"""


def note_ids(records: Sequence[Record]) -> None:
    """Keeps the UUIDs that phones gave to the households of these listings."""
    rows = [row for record in records for row in _made_by(record)]
    if rows:
        driver().execute(NOTE, columns(rows))


def _made_by(record: Record) -> Iterable[tuple[int, str, str, int, int]]:
    entry, reading = record.entry, record.reading
    definition = reader_of(entry.form_version_id).definition
    blocks = [block for block in definition.entities if block.list == REGISTRY]
    listed = "registers" in definition.settings and reading.household
    if not blocks or not listed or reading.instance.encrypted:
        return
    for action in read_entity_actions(reading.instance.root, blocks):
        if action.create and action.problem is None:
            yield entry.project_id, action.id, listed, entry.submission_id, entry.instance_pk


def codes_by_id(project_id: int, said: Iterable[str]) -> dict[str, str]:
    """Of these answers those that are UUIDs of households, with the codes."""
    ids = {one: found[1].lower() for one in said if (found := UUID.fullmatch(one))}
    if not ids:
        return {}
    asked = columns([(project_id, uuid) for uuid in sorted(set(ids.values()))])
    codes = {uuid: code for _, uuid, code in driver().execute(CODES, asked)}
    return {one: codes[uuid] for one, uuid in ids.items() if uuid in codes}


def with_codes(entries: Sequence[InboxEntry], readings: Sequence[Reading]) -> list[Reading]:
    """The readings with the code of each household that was named by its UUID."""
    asked = {
        (entry.project_id, uuid)
        for entry, reading in zip(entries, readings, strict=True)
        if (uuid := _uuid(reading))
    }
    if not asked:
        return list(readings)
    rows = driver().execute(CODES, columns(sorted(asked))).fetchall()
    codes = {(project_id, uuid): code for project_id, uuid, code in rows}
    return [
        replace(reading, household=codes.get((entry.project_id, _uuid(reading)), reading.household))
        for entry, reading in zip(entries, readings, strict=True)
    ]


def _uuid(reading: Reading) -> str:
    found = UUID.fullmatch(reading.household or "")
    return found[1].lower() if found else ""


def gone_among(project_id: int, actor: Actor, ids: Collection[str]) -> Mapping[str, bool]:
    """For each of a phone's ids that is known here, whether the phone should forget it.

    It should unless the household is in the surveyor's list, or may still come into it.
    """
    given = {
        found[1].lower(): said.strip() for said in ids if (found := UUID.fullmatch(said.strip()))
    }
    here = theirs_among(actor, project_id, given)
    known = driver().execute(KNOWN, (project_id, list(given)))
    return {given[uuid]: uuid not in here and not may_come for uuid, may_come in known}
