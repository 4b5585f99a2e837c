"""Decides which interview counts for each subject of a round.

The first approved complete interview counts, or the one a person preferred; only where no complete
interview is approved a disposition stands: that of the last visit. The result depends on what is
approved, not on the order in which it happened to be processed. What was received after the round's
freeze counts only with an exception; in a rolling round an interview counts until it expires.
"""

from collections.abc import Iterable

from app.clock import PROGRAMME_ZONE
from app.db import columns, driver

Key = tuple[int, int, str]  # round, form, subject
Pair = tuple[int, int]  # round, village

# Days of the programme's calendar.
ZONE = PROGRAMME_ZONE.key
TODAY = f"(now() at time zone '{ZONE}')::date"
RECEIVED = f"(s.received_at at time zone '{ZONE}')::date"

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
returning c.round_id, c.village_id
"""

# For now it is filled in below, for an earlier day in `past`.
COUNTING = f"""
insert into {{into}} (round_id, form_id, subject, submission_id, instance_pk,
                      village_id, household, outcome)
select distinct on (i.round_id, i.form_id, i.subject)
       i.round_id, i.form_id, i.subject, s.id, i.instance_pk, i.village_id, i.household, i.outcome
from {{subjects}} as k (round_id, form_id, subject)
join interviews i
  on i.round_id = k.round_id and i.form_id = k.form_id and i.subject = k.subject
join submissions s on s.id = i.submission_id and s.approved_pk = i.instance_pk
join rounds r on r.id = k.round_id
where i.village_id is not null {{further}}
  and (r.valid_for is null
       or i.interviewed_on + make_interval(months => r.valid_for) > {{day}})
  and (r.frozen_on is null or {RECEIVED} <= r.frozen_on or exists (
      select from round_exceptions x
      join org_unit_ancestors a on a.ancestor_id = x.org_unit_id and a.unit_id = i.village_id
      where x.round_id = r.id and {RECEIVED} <= x.received_until))
order by i.round_id, i.form_id, i.subject, i.outcome = 'complete' desc,
         s.preferred_at desc nulls last,
         case when i.outcome <> 'complete' then i.interviewed_on end desc,
         case when i.outcome <> 'complete' then s.id end desc,
         s.decided_at, s.id
returning round_id, village_id
"""  # noqa: S608 - put together from constants
COUNT = COUNTING.format(
    into="counted_interviews",
    subjects="unnest(%s::int[], %s::int[], %s::text[])",
    day=TODAY,
    further="",
)

KEYS = "select distinct round_id, form_id, subject from interviews where round_id = %s"

EXPIRED = f"""
select c.submission_id from counted_interviews c
join rounds r on r.id = c.round_id and r.valid_for is not null
join interviews i using (instance_pk)
where i.interviewed_on + make_interval(months => r.valid_for) <= {TODAY}
limit %s
"""  # noqa: S608


def lock(keys: Iterable[Key]) -> None:
    """Makes other transactions that deal with these subjects wait for the end of this one.

    Lock submissions first, and all subjects at once: two transactions cannot block each other then.
    """
    if known := set(keys):
        driver().execute(LOCK, columns(sorted(known)))


def recount(keys: Iterable[Key]) -> set[Pair]:
    """Settles anew which interview counts for these subjects; idempotent.

    Where one counted or counts now: interviews about one household may name different villages.
    """
    known = set(keys)
    if not known:
        return set()
    lock(known)
    asked = columns(sorted(known))
    return {pair for statement in (FORGET, COUNT) for pair in driver().execute(statement, asked)}


def recount_round(round_id: int) -> set[Pair]:
    """The same for every subject of a round, after its rules have changed."""
    return recount(driver().execute(KEYS, (round_id,)).fetchall())


def expired(limit: int) -> list[int]:
    """Submissions that count still, though their time in a rolling round is over."""
    return [submission_id for (submission_id,) in driver().execute(EXPIRED, (limit,))]
