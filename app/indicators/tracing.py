"""How the interviews behind a figure are found: the statements, and what each interview is to it.

Those that count in a place are found by what counts, all others by where they are filed: of those
the version that was approved, else the newest. What a statement does not ask for is not looked up:
a count of reasons reads no answers, and the page of a list is chosen before what is on it is read.
"""

from app.clock import PROGRAMME_ZONE
from app.indicators.pairs import Join
from app.indicators.weighing import adults_of, drawn_of

WHO = """
with {then} territory as (
    select unit_id from org_unit_ancestors
    where ancestor_id = %(unit)s
      and valid_from <= %(on)s and (valid_to is null or valid_to >= %(on)s)
), counting as (
    select c.* from territory t
    join {counted} c on c.village_id = t.unit_id
         and c.round_id = %(round)s and c.form_id = %(form)s
), filed as (
    select s.id, s.state, s.approved_pk, s.received_at, coalesce(s.approved_pk, s.current_pk) as pk
    from territory t
    join submissions s on s.unit_id = t.unit_id and s.form_id = %(form)s
    where not exists (select from counting c where c.submission_id = s.id)
)
"""
# Both sides have columns of the same types, so that the planner computes only those that are asked
# for.
BEHIND = f"""
{WHO}, behind as (
    select c.submission_id, c.instance_pk, c.village_id, c.household, c.subject, w.adults,
           d.part, d.replaces, null::bigint as instead_id,
           other.submission_id as partner_id, other.instance_pk as partner_pk,
           o.n[at.own] as n, o.y[at.own] as y, o.x[at.own] as x,
           o.dont_know[at.own] as dont_know, o.refused[at.own] as refused,
           o.blank[at.own] as blank, o.irrelevant[at.own] as irrelevant,
           case when c.outcome <> 'complete' then c.outcome::text
                when p.id is not null and d.part is null then 'not_drawn'
                when w.adults is null then 'no_household'
                when %(partner)s::int is not null and other.instance_pk is null then 'no_partner'
                when not other.is_one then 'other_person'
                when at.own is null and at.whole is null then 'outside'
                when at.own is null then 'other_group'
                when o.n[at.own] > 0 then 'counted'
                else 'missing' end as reason
    from counting c
    join forms f on f.id = c.form_id
    {{other}}
    left join {{observations}}
    {drawn_of("c")}
    cross join lateral (
        select array_position(o.domain_ids, %(domain)s) as own,
               array_position(o.domain_ids, %(whole)s) as whole
    ) at
    cross join lateral (
        select case when %(person)s then ({adults_of("c", "{counted}")}) else 1 end as adults
    ) w
    union all
    select k.id, k.pk, i.village_id, i.household, i.subject, null::int, null::varchar,
           null::varchar,
           case when c.submission_id <> k.id and c.village_id in (select unit_id from territory)
                then c.submission_id end,
           null::bigint, null::bigint, null::int, null::float8, null::float8, null::int, null::int,
           null::int, null::int,
           case when k.state = 'rejected' then 'rejected'
                when k.approved_pk is null and c.submission_id is null then 'held'
                when k.approved_pk is null then 'second'
                when %(release)s::int is not null then 'not_then'
                when r.valid_for is not null and
                     i.interviewed_on + make_interval(months => r.valid_for) <= %(today)s
                then 'expired'
                when r.frozen_on is not null and
                     (k.received_at at time zone '{PROGRAMME_ZONE.key}')::date > r.frozen_on
                then 'late'
                when c.submission_id <> k.id then 'duplicate'
                else 'moved' end
    from filed k
    join interviews i on i.instance_pk = k.pk and i.round_id = %(round)s
         and i.village_id is not null
    join rounds r on r.id = i.round_id
    left join {{counted}} c on (c.round_id, c.form_id, c.subject)
                             = (i.round_id, i.form_id, i.subject)
)
"""  # noqa: S608 - put together from constants

COUNT = (
    BEHIND
    + """
select b.reason, n.form_version_id, count(*) from behind b
left join instances n on n.id = b.instance_pk and %(several)s
group by b.reason, n.form_version_id
"""
)
VERSIONS = "select id, version from form_versions where form_id = %(form)s"
PAGE = (
    WHO  # noqa: S608 - put together from constants
    + """
select b.submission_id from (
    select submission_id, instance_pk, village_id, household, subject from counting
    union all
    select k.id, k.pk, i.village_id, i.household, i.subject
    from filed k
    join interviews i on i.instance_pk = k.pk and i.round_id = %(round)s
         and i.village_id is not null
) b
join org_units v on v.id = b.village_id
left join interviews i on i.instance_pk = b.instance_pk
"""
)
LIST = (
    BEHIND
    + """
select b.submission_id, b.instance_pk, b.village_id, b.household, i.person_no, b.subject,
       i.interviewed_on, b.reason, b.adults, b.part, b.replaces, b.instead_id, b.partner_id,
       b.partner_pk, b.n, b.y, b.x, b.dont_know, b.refused, b.blank, b.irrelevant
from behind b
join interviews i on i.instance_pk = b.instance_pk
join org_units v on v.id = b.village_id
where (%(reason)s::text is null or b.reason = %(reason)s)
  and (%(ids)s::bigint[] is null or b.submission_id = any(%(ids)s))
"""
)

# What counts now, or what a release was made of.
NOW = {"then": "", "counted": "counted_interviews"}
RELEASED = {
    "then": """
counted_then as materialized (
    select b.round_id, b.form_id, i.subject, i.submission_id, i.instance_pk, b.village_id,
           i.household, i.outcome
    from org_unit_ancestors a
    join released_bases b on b.round_id = %(round)s and b.village_id = a.unit_id
         and b.since <= %(release)s and b.until > %(release)s
         and b.stratum = '' and b.partner_id = 0
    cross join lateral unnest(b.instances) as taken (instance_pk)
    join interviews i on i.instance_pk = taken.instance_pk
    join submissions s on s.id = i.submission_id
    where a.ancestor_id = %(unit)s
      and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
),""",
    "counted": "counted_then",
}

ALONE = {
    "other": "cross join (select null::bigint as submission_id, null::bigint as instance_pk,"
    " null::bool as is_one) other",
    "observations": "observations o on o.instance_pk = c.instance_pk",
}
_TOGETHER = """
left join lateral (
    select p.submission_id, p.instance_pk, o.is_one
    from (select) one join {partner}
    left join pair_observations o on (o.instance_pk, o.partner_pk)
                                   = (c.instance_pk, p.instance_pk)
) other on true
"""
_OF_PAIR = """
pair_observations o on (o.instance_pk, o.partner_pk) = (c.instance_pk, other.instance_pk)
"""


def of(statement: str, partner: Join | None, *, is_released: bool) -> str:
    """A statement about what interviews say by themselves, or together with their partner."""
    when = RELEASED if is_released else NOW
    if partner is None:
        return statement.format(**when, **ALONE)
    other = _TOGETHER.format(partner=partner.partner_of("c", when["counted"]))
    return statement.format(**when, other=other, observations=_OF_PAIR)
