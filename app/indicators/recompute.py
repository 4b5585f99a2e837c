"""Sums up villages anew: deletes and inserts their rows, from the interviews that count.

The households of a village are those of the registry on the round's closing day: its freeze, else
its last day. What enters or leaves later changes no round that is over.

Idempotent, and safe with several workers: each village is locked while it is summed. The sums
are those of `VillageSum`; the household's own factor (the adults of a household of which one was
drawn) is inside, the village's factor is applied on reading.
"""

from collections.abc import Mapping, Sequence

from app.db import columns, driver
from app.indicators.pairs import joins_in_force, observe_pairs
from app.indicators.weighing import adults_of, drawn_of

LOCK = """
select pg_advisory_xact_lock(round_id, village_id) from (
    select * from unnest(%s::int[], %s::int[]) as p (round_id, village_id) order by 1, 2
) pairs
"""

FORGET_SUMS = """
delete from village_sums s using unnest(%s::int[], %s::int[]) as p (round_id, village_id)
where (s.round_id, s.village_id) = (p.round_id, p.village_id)
"""
FORGET_BASES = FORGET_SUMS.replace("village_sums", "village_bases")
NEW_STATE = """
insert into village_states (round_id, village_id)
select * from unnest(%s::int[], %s::int[]) as p (round_id, village_id) order by 1, 2
on conflict (round_id, village_id) do update set state = default, is_owed = true
"""

# Materialized, so that the weight is looked up once and not in each of the sums.
COUNTED = f"""
with weighed as materialized (
    select c.round_id, c.village_id, c.form_id, c.subject, c.instance_pk, c.outcome,
           c.household, f.kind = 'person' as is_person,
           coalesce(d.part, '') as stratum, coalesce(d.role, '') = 'substitute' as stands_in,
           case when f.kind = 'person' then ({adults_of("c", "{counted}")}) else 1 end::float8
               as weight
    from unnest(%s::int[], %s::int[]) as owed (round_id, village_id)
    join {{counted}} c on c.round_id = owed.round_id and c.village_id = owed.village_id
    join forms f on f.id = c.form_id
    {drawn_of("c")}
    where (p.id is null or d.part is not null) {{only}}
), counted as (
    select * from weighed where weight is not null or outcome <> 'complete'
)
"""  # noqa: S608 - put together from constants

# What each household says to each domain. Of a household there is one interview, except that
# several of its persons may have been asked. The arrays are opened side by side in the select list:
# in `from` each interview's would first be written into a store of their own.
HOUSEHOLDS = """, said as not materialized (
    select c.round_id, c.village_id, c.stratum, c.form_id, c.is_person, c.household, c.weight,
           unnest(o.domain_ids) as domain_id, unnest(o.n) as n, unnest(o.y) as y, unnest(o.x) as x,
           unnest(o.yy) as yy, unnest(o.xy) as xy, unnest(o.xx) as xx,
           unnest(o.dont_know) as dont_know, unnest(o.refused) as refused,
           unnest(o.blank) as blank, unnest(o.irrelevant) as irrelevant
    from counted c {observed}
    where c.outcome = 'complete'
), households as (
    select round_id, village_id, stratum, form_id, domain_id, weight, n,
           weight * y as y, weight * x as x,
           yy, xy, xx, dont_know, refused, blank, irrelevant
    from said where not is_person
    union all
    select round_id, village_id, stratum, form_id, domain_id, min(weight), sum(n),
           sum(weight * y), sum(weight * x),
           sum(yy), sum(xy), sum(xx), sum(dont_know), sum(refused), sum(blank), sum(irrelevant)
    from said where is_person
    group by round_id, village_id, stratum, form_id, domain_id, household
)
"""

# The database centres as it goes (Youngs and Cramer), so that nothing cancels; what is left of
# equal numbers is rounding, and is 0.
SUM = (
    COUNTED  # noqa: S608 - put together from constants
    + HOUSEHOLDS
    + """
insert into {sums} (round_id, village_id, stratum, form_id, partner_id, domain_id,
                          m, y, x, yy, xy, xx, n, w, ww, element_yy, element_xy, element_xx,
                          dont_know, refused, blank, irrelevant)
select round_id, village_id, stratum, form_id, {partner}, domain_id, m, y, x,
       case when yy * m > 1e-24 * y * y then yy else 0 end,
       case when yy * m > 1e-24 * y * y and xx * m > 1e-24 * x * x then xy else 0 end,
       case when xx * m > 1e-24 * x * x then xx else 0 end,
       n, w, ww, element_yy, element_xy, element_xx, dont_know, refused, blank, irrelevant
from (
    select round_id, village_id, stratum, form_id, domain_id,
           count(*) filter (where n > 0) as m,
           sum(y) as y, sum(x) as x,
           regr_syy(y, x) filter (where n > 0) as yy,
           regr_sxy(y, x) filter (where n > 0) as xy,
           regr_sxx(y, x) filter (where n > 0) as xx,
           sum(n) as n, sum(weight * n) as w, sum(weight * weight * n) as ww,
           sum(weight * yy) as element_yy, sum(weight * xy) as element_xy,
           sum(weight * xx) as element_xx,
           sum(dont_know) as dont_know, sum(refused) as refused, sum(blank) as blank,
           sum(irrelevant) as irrelevant
    from households
    group by round_id, village_id, stratum, form_id, domain_id
) sums
order by round_id, village_id  -- so that a village's sums lie side by side, and are read at once
"""
)

# A village has a row for each form; in a sample, besides, one for each part of the sample in it.
BASE = (
    COUNTED  # noqa: S608 - put together from constants
    + """, outcomes as (
    select c.round_id, c.village_id, c.stratum, c.form_id,
           case when bool_and(c.is_person)
                then count(distinct c.household) filter (where c.outcome = 'complete')
                else count(*) filter (where c.outcome = 'complete') end as n,
           case when bool_and(c.is_person)
                then count(distinct c.household) filter (where c.outcome = 'complete' and stands_in)
                else count(*) filter (where c.outcome = 'complete' and stands_in)
                end as substitutes,
           count(*) filter (where c.outcome = 'refused' and not stands_in) as refused,
           count(*) filter (where c.outcome = 'ineligible' and not stands_in) as ineligible,
           min(i.interviewed_on) filter (where c.outcome = 'complete') as first_on,
           max(i.interviewed_on) filter (where c.outcome = 'complete') as last_on
    from counted c join interviews i using (instance_pk)
    group by 1, 2, 3, 4
), asked as (
    select p.round_id, p.village_id, r.project_id, s.id as sample_id,
           least(coalesce(r.frozen_on, r.ends_on, 'infinity'), {day}) as day
    from unnest(%s::int[], %s::int[]) as p (round_id, village_id)
    join rounds r on r.id = p.round_id
    left join samples s on s.round_id = r.id and s.kind <> 'census'
), registered as materialized (
    select a.round_id, a.village_id, (
        select count(*) from households h
        where h.village_id = a.village_id and h.project_id = a.project_id and h.since <= a.day
    ) + (
        select count(*) from former_households h
        where h.village_id = a.village_id and h.project_id = a.project_id
          and h.since <= a.day and a.day < h.until
    ) as households
    from asked a
), drawn as (
    select a.round_id, a.village_id, d.part as stratum,
           count(*) filter (where d.role = 'drawn') as households
    from asked a
    join sample_households d on d.sample_id = a.sample_id and d.village_id = a.village_id
         and d.role <> 'reserve'
    group by 1, 2, 3
), cells as (
    select a.round_id, a.village_id, '' as stratum, f.id as form_id,
           a.sample_id is null or f.kind not in ('household', 'person') as is_whole,
           case when f.kind in ('household', 'person') then coalesce(g.households, 0)
                when f.kind = 'village' then 1 end as frame,
           (select count(*) from submissions s
            join interviews i on i.instance_pk = s.current_pk and i.round_id = a.round_id
                 and i.interviewed_on <= {day}
            where s.unit_id = a.village_id and s.form_id = f.id
              and s.state in ('received', 'edited')) as waiting
    from asked a
    join forms f on f.project_id = a.project_id
    left join registered g using (round_id, village_id)
    union all
    select a.round_id, a.village_id, part.stratum, f.id, true, coalesce(d.households, 0), 0
    from asked a
    join forms f on f.project_id = a.project_id and f.kind in ('household', 'person')
    join (
        select round_id, village_id, stratum from drawn
        union select round_id, village_id, stratum from outcomes where stratum <> ''
    ) part using (round_id, village_id)
    left join drawn d using (round_id, village_id, stratum)
), framed as (
    select c.*, coalesce(o.n, 0) as n, coalesce(o.substitutes, 0) as substitutes,
           coalesce(o.n - o.substitutes + o.refused, 0) as eligible,
           coalesce(o.ineligible, 0) as ineligible, o.first_on, o.last_on
    from cells c left join outcomes o using (round_id, village_id, stratum, form_id)
)
insert into {bases} (round_id, village_id, stratum, form_id, frame, n, substitutes,
                           eligible, ineligible, unresolved, waiting, first_on, last_on)
select round_id, village_id, stratum, form_id, coalesce(frame, n), n, substitutes,
       eligible, ineligible,
       case when is_whole then greatest(coalesce(frame, n) - eligible - ineligible, 0) else 0 end,
       waiting, first_on, last_on
from framed
"""
)

# Who has both interviews counts; all else is as in the form's own row, so that who has one of them
# is among those that did not answer. What waits may be either of the two.
PAIR_BASE = (
    COUNTED  # noqa: S608 - put together from constants
    + """, outcomes as (
    select c.round_id, c.village_id, c.stratum,
           count(distinct case when c.is_person then c.household else c.subject end) as n,
           count(distinct case when c.is_person then c.household else c.subject end)
               filter (where stands_in) as substitutes,
           min(least(i.interviewed_on, t.interviewed_on)) as first_on,
           max(greatest(i.interviewed_on, t.interviewed_on)) as last_on
    from counted c {observed}
    join interviews i on i.instance_pk = c.instance_pk
    join interviews t on t.instance_pk = p.instance_pk
    where c.outcome = 'complete'
    group by 1, 2, 3
)
insert into {bases} (round_id, village_id, stratum, form_id, partner_id, frame, n, substitutes,
                     eligible, ineligible, unresolved, waiting, first_on, last_on)
select b.round_id, b.village_id, b.stratum, b.form_id, {partner}, b.frame, coalesce(o.n, 0),
       coalesce(o.substitutes, 0), b.eligible, b.ineligible, b.unresolved,
       b.waiting + coalesce(t.waiting, 0), o.first_on, o.last_on
from unnest(%s::int[], %s::int[]) as owed (round_id, village_id)
join {bases} b using (round_id, village_id)
left join {bases} t on (t.round_id, t.village_id, t.stratum)
                     = (b.round_id, b.village_id, b.stratum)
     and t.form_id = {partner} and t.partner_id = 0
left join outcomes o on (o.round_id, o.village_id, o.stratum)
                      = (b.round_id, b.village_id, b.stratum)
where b.form_id = {form} and b.partner_id = 0
"""
)


# Where the interviews that count and the sums stand, and the day until which time goes.
NOW = {
    "counted": "counted_interviews",
    "sums": "village_sums",
    "bases": "village_bases",
    "day": "'infinity'::date",
}

# What is summed up: what each form says by itself, or what it says together with another one.
ALONE = {"only": "", "partner": 0, "observed": "join observations o using (instance_pk)"}
OF_PAIRS = """
join {partner}
join pair_observations o on (o.instance_pk, o.partner_pk) = (c.instance_pk, p.instance_pk)
     and o.is_one
"""


def recompute(pairs: list[tuple[int, int]]) -> None:
    """Sums these (round, village) pairs up anew, in the present transaction."""
    if not pairs:
        return
    asked = columns(sorted(set(pairs)))
    connection = driver()
    connection.execute(LOCK, asked)
    for statement in (FORGET_SUMS, FORGET_BASES, NEW_STATE):
        connection.execute(statement, asked)
    sum_up(asked, NOW)


def sum_up(pairs: Sequence[Sequence[int]], tables: Mapping[str, str]) -> None:
    """Writes the sums and bases of (round, village) pairs, as two columns, into these tables."""
    driver().execute(SUM.format(**tables, **ALONE), pairs)
    driver().execute(BASE.format(**tables, **ALONE), [*pairs, *pairs])
    for join in joins_in_force():
        observe_pairs(join, pairs, tables)
        what = {
            "only": f"and c.form_id = {join.form_id}",
            "form": join.form_id,
            "partner": join.partner_id,
            "observed": OF_PAIRS.format(partner=join.partner_of("c", tables["counted"])),
        }
        driver().execute(SUM.format(**tables, **what), pairs)
        driver().execute(PAIR_BASE.format(**tables, **what), [*pairs, *pairs])
