"""Decides which interview counts for each subject of a round.

The first approved complete interview counts, or the one a person preferred; a disposition only
where no complete interview is approved. The result depends on what is approved, not on the order
in which it happened to be processed.
"""

from collections.abc import Iterable

from app.db import driver

Key = tuple[int, int, str]  # round, form, subject

# Two transactions may settle the same subject; the second waits and then sees the first's work.
LOCK = """
select pg_advisory_xact_lock(key) from (
    select distinct hashtextextended(round_id || '/' || form_id || '/' || subject, 0) as key
    from unnest(%s::int[], %s::int[], %s::text[]) as k (round_id, form_id, subject)
    order by key
) locks
"""

FORGET = """
delete from counted_interviews c
using unnest(%s::int[], %s::int[], %s::text[]) as k (round_id, form_id, subject)
where (c.round_id, c.form_id, c.subject) = (k.round_id, k.form_id, k.subject)
"""

COUNT = """
insert into counted_interviews (round_id, form_id, subject, submission_id, instance_pk,
                                village_id, household, outcome)
select distinct on (i.round_id, i.form_id, i.subject)
       i.round_id, i.form_id, i.subject, s.id, i.instance_pk, i.village_id, i.household, i.outcome
from unnest(%s::int[], %s::int[], %s::text[]) as k (round_id, form_id, subject)
join interviews i
  on i.round_id = k.round_id and i.form_id = k.form_id and i.subject = k.subject
join submissions s on s.id = i.submission_id and s.approved_pk = i.instance_pk
where i.village_id is not null
order by i.round_id, i.form_id, i.subject, i.outcome = 'complete' desc,
         s.preferred_at desc nulls last, s.decided_at, s.id
"""


def recount(keys: Iterable[Key]) -> None:
    """Settles anew which interview counts for these subjects; idempotent."""
    known = sorted(set(keys))
    if not known:
        return
    columns = [list(column) for column in zip(*known, strict=True)]
    connection = driver()
    connection.execute(LOCK, columns)
    connection.execute(FORGET, columns)
    connection.execute(COUNT, columns)
