"""Which villages a release takes over as they are now; the others stay as they were given out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.db import driver
from app.indicators.disclosure import Rule
from app.indicators.reading import BEHIND_RELEASED, COLUMNS, NOW, RELEASED
from app.indicators.release_models import OPEN_END, Release

# By village: whether the last release knows it, and whether it was summed up since. Whatever
# changes what counts in a village has it summed up anew, at another moment.
VILLAGES = f"""
select village_id, r.computed_at is not null, b.computed_at is distinct from r.computed_at
from (
    select village_id, max(computed_at) as computed_at from village_bases
    where round_id = %(round)s group by village_id
) b
left join (
    select village_id, max(computed_at) as computed_at from released_bases
    where round_id = %(round)s and until = {OPEN_END} group by village_id
) r using (village_id)
order by village_id
"""  # noqa: S608 - put together from constants

# By village, the households whose counted interviews are others than in the last release, and how
# many of these interviews are new and gone. Village by village: all at once they fill the disk.
CHANGED = f"""
select v.village_id, count(distinct d.household)::int,
       (count(*) filter (where is_new))::int, (count(*) filter (where not is_new))::int
from unnest(%(villages)s::int[]) as v (village_id)
cross join lateral (
    select coalesce(c.household, c.subject, i.household, i.subject, instance_pk::text) as household,
           c.subject is not null as is_new
    from (
        select instance_pk, household, subject from counted_interviews
        where round_id = %(round)s and village_id = v.village_id
    ) c
    full join (
        select unnest(instances) as instance_pk from released_bases
        where round_id = %(round)s and village_id = v.village_id and until = {OPEN_END}
          and partner_id = 0 and stratum = ''
    ) g using (instance_pk)
    left join interviews i using (instance_pk)
    where c.instance_pk is null or g.instance_pk is null
) d
group by v.village_id
"""  # noqa: S608

# The fewest of them from a state that was given out before the last one; where the interviews are
# the same ones, there is no difference.
CHANGED_BEFORE = f"""
select v.village_id, min(d.households)::int
from unnest(%(villages)s::int[]) as v (village_id)
cross join lateral (
    with given_out as (
        select since, unnest(instances) as instance_pk from released_bases
        where round_id = %(round)s and village_id = v.village_id and until < {OPEN_END}
          and partner_id = 0 and stratum = ''
    ), states as (
        select distinct since from released_bases
        where round_id = %(round)s and village_id = v.village_id and until < {OPEN_END}
    ), different as (
        select since, instance_pk from (
            select distinct since, instance_pk from given_out
            union all
            select since, instance_pk from states cross join counted_interviews
            where round_id = %(round)s and village_id = v.village_id
        ) both_times
        group by since, instance_pk having count(*) = 1
    )
    select count(distinct coalesce(i.household, i.subject, instance_pk::text)) as households
    from different left join interviews i using (instance_pk) group by since
) d
group by v.village_id
"""  # noqa: S608

TABLE = """
drop table if exists taken_villages;
create temp table taken_villages (village_id int primary key) on commit drop
"""

# The interviews of a row of village_bases; one about pairs has those of both forms.
INSTANCES = """
coalesce((select array_agg(c.instance_pk order by c.instance_pk) from counted_interviews c
          where (c.round_id, c.village_id) = (v.round_id, v.village_id)
            and c.form_id in (v.form_id, v.partner_id)),
         '{}')
"""


# Villages that ever lay in the places asked about; a part of a sample has one weight wherever it
# is, so that there all of them are needed.
AROUND = """
and village_id in (select unit_id from org_unit_ancestors where ancestor_id = any(%(units)s))
"""


def _coming(what: str, now: str = "", before: str = "", around: str = "") -> str:
    names = COLUMNS[what]
    return f"""(
    select {names}{now} from village_{what} v
    where round_id = %(round)s and village_id in (select village_id from taken_villages) {around}
    union all
    select {names}{before} from released_{what}
    where round_id = %(round)s and until = {OPEN_END}
      and village_id not in (select village_id from taken_villages) {around}
)"""  # noqa: S608


# Where the sums of a release stand that takes villages over and is not frozen yet (`mark`), and
# bases with the interviews behind them.
COMING = {what: _coming(what) for what in COLUMNS}
COMING_AROUND = {what: _coming(what, around=AROUND) for what in COLUMNS}
BEHIND_COMING = {"bases": _coming("bases", f", {INSTANCES} as instances", ", instances")}


@dataclass(frozen=True, slots=True)
class Taken:
    """Villages to take over; by village, households added, removed and with other answers."""

    villages: list[int]
    changes: dict[str, list[int]]


def find_taken(round_id: int, before: Release | None, rule: Rule, *, anew: bool) -> Taken:
    """What a release made now takes over, after the one before.

    That is a village unknown then, one in which as many households have changed as the rule's
    threshold, from then and from every state before, and, where all is to be taken over `anew`, one
    in which nothing has.
    """
    rows = driver().execute(VILLAGES, {"round": round_id}).fetchall()
    since = [village_id for village_id, _, is_later in rows if is_later]
    changed = _changed(round_id, since) if before else {}
    fewest = _fewest_before(round_id, since) if before else {}
    taken = []
    for village_id, is_known, _ in rows:
        different = sum(changed.get(village_id, (0,)))
        least = min(different, fewest.get(village_id, different))
        if not is_known or least >= rule.threshold or (anew and not different):
            taken.append(village_id)
    return Taken(taken, {str(v): list(changed[v]) for v in taken if v in changed})


def mark(villages: list[int]) -> None:
    """Says until the transaction's end which villages a release takes over."""
    driver().execute(TABLE)
    driver().execute("insert into taken_villages select unnest(%s::int[])", (villages,))
    driver().execute("analyze taken_villages")


def tables_of(release: Release, *, around: bool = False) -> Mapping[str, str]:
    """Where the sums of a release stand; of one that is not frozen, as they would be.

    Of one that is not, those `around` the places asked about are found sooner.
    """
    if release.is_frozen:
        return RELEASED
    if release.version == 1:  # it takes all villages over
        return NOW
    return COMING_AROUND if around else COMING


def bases_behind(release: Release) -> Mapping[str, str]:
    """Where its bases stand with the interviews behind them."""
    return BEHIND_RELEASED if release.is_frozen else BEHIND_COMING


def fitted_table(release: Release) -> str:
    """Where its fitted figures stand (`calibrated.py`)."""
    return "calibrated_figures" if release.is_frozen else "coming_figures"


def _changed(round_id: int, villages: list[int]) -> dict[int, tuple[int, int, int]]:
    """By village: households added, removed, with other answers."""
    found = {}
    asked: dict[str, Any] = {"round": round_id, "villages": villages}
    for village_id, households, new, gone in driver().execute(CHANGED, asked):
        replaced = max(new + gone - households, 0)
        found[village_id] = (new - replaced, gone - replaced, replaced)
    return found


def _fewest_before(round_id: int, villages: list[int]) -> dict[int, int]:
    asked: dict[str, Any] = {"round": round_id, "villages": villages}
    return dict(driver().execute(CHANGED_BEFORE, asked).fetchall())
