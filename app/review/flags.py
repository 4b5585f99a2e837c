"""Runs the checks over a batch and keeps what they found."""

from collections.abc import Sequence

import orjson

from app.db import columns, driver
from app.households.draw import pick_number, pick_seed
from app.review.checks import Circumstances, check
from app.submissions.extract import Record
from app.submissions.places import Places
from app.submissions.record import reader_of

# Not the first of them, which counts; but it as well, once another one was approved before it.
DUPLICATES = """
select k.pk from unnest(%s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::text[])
     as k (pk, submission_id, round_id, form_id, subject)
where exists (
    select from interviews i
    join submissions s on s.id = i.submission_id and i.instance_pk in (s.current_pk, s.approved_pk)
    where i.subject = k.subject and i.form_id = k.form_id and i.round_id = k.round_id
      and i.submission_id <> k.submission_id and i.outcome = 'complete' and s.state <> 'rejected'
      and (i.submission_id < k.submission_id or s.approved_pk is not null)
)
"""

HOUSEHOLDS = """
select k.pk from unnest(%s::bigint[], %s::int[], %s::text[]) as k (pk, project_id, code)
where exists (select from households h where h.project_id = k.project_id and h.code = k.code)
"""

# What lists go by; an older version that is read again says nothing about its interview.
MARK = """
update submissions s set flagged = true
from unnest(%s::bigint[], %s::bigint[]) as doubtful (id, pk)
where s.id = doubtful.id and s.current_pk = doubtful.pk and not s.flagged
"""


def flag_records(records: Sequence[Record], places: Places) -> None:
    """Flags what is doubtful in these records, which are written already."""
    duplicates = _duplicates([r for r in records if r.reading.outcome == "complete"])
    registered = _registered([r for r in records if r.reading.household])
    rows = []
    for record in records:
        pk = record.entry.instance_pk
        reader = reader_of(record.entry.form_version_id)
        found = Circumstances(
            village_known=record.village_id is not None,
            commune_agrees=_agrees(record, places),
            in_territory=(record.entry.app_user_id, record.village_id) in places.territories,
            household_known=pk in registered,
            is_duplicate=pk in duplicates,
            drawn=_drawn(record),
            round_flag=record.membership.flag,
            should_be_encrypted=reader.definition.encrypted,
        )
        rows += [
            (pk, code, orjson.dumps(detail).decode())
            for code, detail in check(record.reading, reader.settings, found)
        ]
    if rows:
        driver().execute(
            "insert into flags (instance_pk, code, detail)"
            " select * from unnest(%s::bigint[], %s::text[], %s::jsonb[])",
            columns(rows),
        )
        flagged = {pk for pk, *_ in rows}
        driver().execute(
            MARK, columns(r.version for r in records if r.entry.instance_pk in flagged)
        )


def _agrees(record: Record, places: Places) -> bool:
    around = places.commune_of_village(record.reading)
    if record.reading.commune is None or around is None:
        return True
    return places.commune(record.reading) == around


def _drawn(record: Record) -> int | None:
    """The number of the member whom the server's seed draws among the adults that it names.

    Those of its own answers, which the phone takes from the accepted household interview: so the
    flag does not depend on which of the two interviews arrives first.
    """
    found, said = record.membership.round, record.reading
    if reader_of(record.entry.form_version_id).kind != "person" or said.outcome != "complete":
        return None
    if found is None or not said.household or not said.adults:
        return None
    return pick_number(pick_seed(found.pick_salt, said.household), said.adults)


def _duplicates(records: Sequence[Record]) -> set[int]:
    asked = [
        (r.entry.instance_pk, r.entry.submission_id, r.round_id, r.entry.form_id, r.subject)
        for r in records
        if r.round_id is not None
    ]
    return _found(DUPLICATES, asked)


def _registered(records: Sequence[Record]) -> set[int]:
    asked = [(r.entry.instance_pk, r.entry.project_id, r.reading.household) for r in records]
    return _found(HOUSEHOLDS, asked)


def _found(statement: str, asked: Sequence[tuple[object, ...]]) -> set[int]:
    if not asked:
        return set()
    return {row[0] for row in driver().execute(statement, columns(asked))}
