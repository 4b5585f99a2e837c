"""The ledger of accepted instances that are not processed yet."""

from dataclasses import dataclass
from datetime import datetime

from app.db import driver
from app.ledger import DUE, MOST_ATTEMPTS

# Seconds to wait after the first, second … failed attempt.
WAITS = (1, 5, 25, 125)


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """An accepted instance that waits to be read."""

    instance_pk: int
    submission_id: int
    project_id: int
    form_id: int
    form_version_id: int
    app_user_id: int | None
    received_at: datetime
    xml: bytes
    is_edit: bool


# Two workers take different rows; what one of them cannot finish is there again after its rollback.
# An edit waits for the earlier versions of its interview, so that each is read in its turn; what a
# worker has in hand still stands in the ledger of the others. The array makes the planner choose
# the rows once.
TAKE = """
with taken as (
    delete from inbox where instance_pk = any(array(
        select instance_pk from inbox join instances i on i.id = instance_pk
        where attempts < {most} and {due} {only} and (i.root_id is null or not exists (
            select from instances earlier join inbox owed on owed.instance_pk = earlier.id
            where (earlier.id = i.root_id or earlier.root_id = i.root_id) and earlier.id < i.id
              and owed.attempts < {most}
        ))
        order by instance_pk limit %(limit)s for update of inbox skip locked
    )) returning instance_pk
)
select i.id, coalesce(i.root_id, i.id), i.project_id, i.form_id, i.form_version_id,
       i.app_user_id, i.received_at, i.xml, i.root_id is not null
from taken join instances i on i.id = taken.instance_pk
order by i.id
"""
TAKE_NEXT = TAKE.format(most=MOST_ATTEMPTS, due=DUE, only="")
TAKE_ONE = TAKE.format(most=MOST_ATTEMPTS, due=DUE, only="and instance_pk = %(only)s")


def take(limit: int, *, only: int | None = None) -> list[InboxEntry]:
    """Takes up to so many instances, or one alone, off the ledger in the present transaction."""
    values = {"limit": limit, "only": only}
    rows = driver().execute(TAKE_NEXT if only is None else TAKE_ONE, values)
    return [InboxEntry(*row) for row in rows.fetchall()]


PUT_BACK = """
insert into inbox (instance_pk, attempts, last_error, failed_at, retry_at)
values (%(pk)s, %(attempts)s, %(error)s, now(), now() + make_interval(secs => %(wait)s))
on conflict (instance_pk) do update
set attempts = excluded.attempts, last_error = excluded.last_error,
    failed_at = excluded.failed_at, retry_at = excluded.retry_at
"""


def put_back(instance_pk: int, attempts: int, error: str) -> None:
    """Notes a failed attempt, the so-manieth; after the last one a person has to look."""
    wait = WAITS[min(attempts, len(WAITS)) - 1]
    values = {"pk": instance_pk, "attempts": attempts, "error": error[:2000], "wait": wait}
    driver().execute(PUT_BACK, values)


def next_ids(limit: int) -> list[tuple[int, int]]:
    """The instances that would be taken next, with the attempts made."""
    rows = driver().execute(
        f"select instance_pk, attempts from inbox where attempts < %s and {DUE}"  # noqa: S608 - ours
        " order by instance_pk limit %s",
        (MOST_ATTEMPTS, limit),
    )
    return rows.fetchall()
