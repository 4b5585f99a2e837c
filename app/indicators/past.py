"""Figures as they stood on an earlier day: the sums of that day, in tables of one transaction.

What counted then is found with all that has been decided since: interviews of that day and before
it that had not expired. What was given out then is a release.
"""

from collections.abc import Sequence
from datetime import date

from app.clock import PROGRAMME_ZONE, today
from app.db import columns, driver
from app.errors import BadRequest
from app.indicators import counting, recompute
from app.rounds.models import Round

PAST = {
    "counted": "past_counted",
    "sums": "past_sums",
    "bases": "past_bases",
    "day": "(select day from past_day)",
}

TABLES = """
drop table if exists past_day, past_counted, past_sums, past_bases;
create temp table past_day (day date) on commit drop;
create temp table past_counted (like counted_interviews) on commit drop;
create temp table past_sums (like village_sums including defaults) on commit drop;
create temp table past_bases (like village_bases including defaults) on commit drop
"""

# A part of a sample has one weight wherever it is, so that all of its villages are needed.
VILLAGES = """
select distinct b.village_id from village_bases b
where b.round_id = %(round)s and (%(all)s or exists (
    select from org_unit_ancestors a
    where a.unit_id = b.village_id and a.ancestor_id = any(%(units)s)
      and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)))
"""

COUNT = counting.COUNTING.format(
    into="past_counted",
    subjects="(select distinct round_id, form_id, subject from interviews"
    " where round_id = %(round)s and village_id = any(%(villages)s))",
    day="(select day from past_day)",
    further="and i.interviewed_on <= (select day from past_day)",
)

# The figures are those of the end of that day.
AS_OF = f"""
update past_bases set computed_at = least(now(),
    (select day + 1 from past_day)::timestamp at time zone '{PROGRAMME_ZONE.key}')
"""  # noqa: S608 - put together from constants


def check_day(day: date) -> None:
    """`BadRequest` for a day that is still to come."""
    if day > today():
        raise BadRequest("Figures are read as of today or a day before.")


def sum_up(round_: Round, unit_ids: Sequence[int], on: date, day: date, *, sampled: bool) -> None:
    """Makes the sums of a day for the villages in these units under the boundaries of `on`.

    They stand in the tables named by `PAST` until the transaction ends.
    """
    asked = {"round": round_.id, "units": list(unit_ids), "on": on, "all": sampled}
    villages = [village for (village,) in driver().execute(VILLAGES, asked)]
    count(round_, villages, day)
    if villages:
        recompute.sum_up(columns([(round_.id, village) for village in villages]), PAST)
        driver().execute(AS_OF)


def count(round_: Round, village_ids: Sequence[int], day: date) -> None:
    """Finds which interviews counted on a day in these villages; they stand in `past_counted`."""
    driver().execute(TABLES)
    driver().execute("insert into past_day values (%s)", (day,))
    driver().execute(COUNT, {"round": round_.id, "villages": list(village_ids)})
