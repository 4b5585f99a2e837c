"""Writes down what was read out of a batch of instances, set by set."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.db import columns, driver
from app.rounds.membership import Membership
from app.submissions.inbox import InboxEntry
from app.submissions.reading import Reading


@dataclass(slots=True)
class Record:
    """One instance on its way into the books: what came, what it says, and where it belongs."""

    entry: InboxEntry
    reading: Reading
    subject: str
    membership: Membership
    unit_id: int
    village_id: int | None = None

    @property
    def round_id(self) -> int | None:
        """The round it belongs to, if any."""
        return self.membership.round.id if self.membership.round else None

    @property
    def version(self) -> tuple[int, int]:
        """The submission and the instance of it."""
        return self.entry.submission_id, self.entry.instance_pk

    @property
    def is_approved_by_policy(self) -> bool:
        """Whether the round approves it by itself, as long as no check flags it."""
        found = self.membership.round
        return found is not None and found.review_policy == "approve-unflagged"


INTERVIEWS = (
    "copy interviews (instance_pk, submission_id, form_id, round_id, village_id, subject,"
    " household, person_no, interviewed_on, visit_result, outcome, adults, answers) from stdin"
)
ROWS = "copy interview_rows (instance_pk, repeat, position, answers) from stdin"
PERSONAL = "copy personal_answers (instance_pk, answers) from stdin"


# What a reading writes besides the interview itself.
WRITTEN = ("interview_rows", "personal_answers", "interview_logs", "observations", "flags")


PAIRS = "delete from pair_observations where instance_pk = any(%s) or partner_pk = any(%s)"


def forget(instance_pks: Sequence[int]) -> set[int]:
    """Takes back what earlier readings of these instances wrote; those that had been read."""
    gone = driver().execute(
        "delete from interviews where instance_pk = any(%s) returning instance_pk",
        (list(instance_pks),),
    )
    again = [instance_pk for (instance_pk,) in gone]
    for table in WRITTEN if again else ():
        driver().execute(f"delete from {table} where instance_pk = any(%s)", (again,))  # noqa: S608 - our own names
    if again:
        driver().execute(PAIRS, (again, again))
    return set(again)


def write_records(records: Sequence[Record]) -> None:
    """Stores answers, rows, personal answers and expected files, and raises the submissions."""
    _copy(INTERVIEWS, map(_interview, records))
    _copy(ROWS, (row for record in records for row in _rows(record)))
    _copy(PERSONAL, (row for record in records for row in _personal(record)))
    _expect_files(records)
    _raise_submissions(records)


def _copy(statement: str, rows: Iterable[Sequence[Any]]) -> None:
    with driver().cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def _interview(record: Record) -> Sequence[Any]:
    entry, reading = record.entry, record.reading
    return (
        entry.instance_pk,
        entry.submission_id,
        entry.form_id,
        record.round_id,
        record.village_id,
        record.subject,
        reading.household,
        reading.person_no,
        record.membership.day,
        reading.visit_result,
        reading.outcome,
        reading.adults,
        _json(reading.answers.top),
    )


def _rows(record: Record) -> Iterable[Sequence[Any]]:
    for row in record.reading.answers.rows:
        position = ".".join(map(str, row.position))
        yield (record.entry.instance_pk, row.repeat, position, _json(row.answers))


def _personal(record: Record) -> Iterable[Sequence[Any]]:
    answers = record.reading.answers
    rows = [
        {
            "repeat": row.repeat,
            "position": ".".join(map(str, row.position)),
            "answers": row.personal,
        }
        for row in answers.rows
        if row.personal
    ]
    if answers.personal or rows:
        said = {"top": answers.personal, "rows": rows}
        yield (record.entry.instance_pk, _json(said))


def _json(value: Any) -> str:
    # PostgreSQL's JSON holds no NUL; XML cannot carry one either.
    return orjson.dumps(value).decode()


# What an edit does not send again it takes over from the nearest earlier version that has it.
EXPECT = """
insert into instance_attachments (instance_pk, name, expected, blob_sha256, received_at)
select wanted.pk, wanted.name, true, earlier.blob_sha256, earlier.received_at
from unnest(%s::bigint[], %s::text[]) as wanted (pk, name)
join instances i on i.id = wanted.pk
left join lateral (
    select a.blob_sha256, a.received_at
    from instances e join instance_attachments a on a.instance_pk = e.id and a.name = wanted.name
    where i.root_id is not null and (e.id = i.root_id or e.root_id = i.root_id) and e.id < i.id
      and a.blob_sha256 is not null
    order by e.id desc limit 1
) earlier on true
order by wanted.pk, wanted.name
on conflict (instance_pk, name) do update
set expected = true,
    blob_sha256 = coalesce(instance_attachments.blob_sha256, excluded.blob_sha256),
    received_at = coalesce(instance_attachments.received_at, excluded.received_at)
"""


def _expect_files(records: Sequence[Record]) -> None:
    pairs = [
        (r.entry.instance_pk, name) for r in records for name in dict.fromkeys(r.reading.media)
    ]
    if pairs:
        driver().execute(EXPECT, columns(pairs))


# The versions of an interview are read in their order, but for one that had failed and is tried
# again, or one that is read anew: the newest leads. All rows are locked, in the order of their ids.
# Reading again changes nothing but the place, and leaves an interview in the trash; a newer version
# takes it out.
RAISE = """
insert into submissions (id, project_id, form_id, unit_id, current_pk, received_at)
select id, project_id, form_id, unit_id, pk, received_at
from unnest(%s::bigint[], %s::int[], %s::int[], %s::int[], %s::bigint[], %s::timestamptz[])
     as new (id, project_id, form_id, unit_id, pk, received_at)
where not exists (select from trashed_submissions t where t.id = new.id and t.current_pk >= new.pk)
order by id
on conflict (id) do update
set current_pk = excluded.current_pk, unit_id = excluded.unit_id, flagged = false,
    state = case when submissions.current_pk = excluded.current_pk then submissions.state
                 else 'edited' end
where submissions.current_pk <= excluded.current_pk
"""


def _raise_submissions(records: Sequence[Record]) -> None:
    raised = [
        (
            record.entry.submission_id,
            record.entry.project_id,
            record.entry.form_id,
            record.unit_id,
            record.entry.instance_pk,
            record.entry.received_at,
        )
        for record in records
    ]
    driver().execute(RAISE, columns(raised))
