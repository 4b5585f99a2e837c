"""Subjects of interviews: what competes to count, and where."""

from collections.abc import Iterable
from dataclasses import dataclass

from app.db import driver
from app.indicators.counting import Key
from app.submissions.extract import Record
from app.submissions.record import reader_of

# All versions of a submission: an edit may have moved it to another household or round.
SUBJECTS = """
select i.round_id, i.form_id, i.subject, i.village_id, s.id, s.project_id, f.kind
from submissions s
join forms f on f.id = s.form_id
cross join lateral (
    select s.id as pk union all select n.id from instances n where n.root_id = s.id
) version
join interviews i on i.instance_pk = version.pk
where s.id = any(%s) and i.round_id is not null
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a version of a submission is about, and where that is."""

    round_id: int
    form_id: int
    subject: str
    village_id: int | None
    submission_id: int
    project_id: int
    kind: str

    @property
    def key(self) -> Key:
        """What it competes under."""
        return (self.round_id, self.form_id, self.subject)


def subjects_of(submission_ids: Iterable[int]) -> list[Subject]:
    """Every subject that some version of these submissions, as read before, is about."""
    rows = driver().execute(SUBJECTS, (list(submission_ids),))
    return [Subject(*row) for row in rows]


def subjects_in(records: Iterable[Record]) -> list[Subject]:
    """The subjects of records that were just read; those that belong to no round have none."""
    return [
        Subject(
            record.round_id,
            record.entry.form_id,
            record.subject,
            record.village_id,
            record.entry.submission_id,
            record.entry.project_id,
            reader_of(record.entry.form_version_id).kind,
        )
        for record in records
        if record.round_id is not None
    ]
