"""Whose answers are different between two releases: of few, both figures together would tell them.

A village changes between releases when enough households of it are others. Of a group, or of those
whom an indicator is about, these may still be one or two: one more of the poor, and one more of
them who says yes. So may those be whose household has other adults than it had: one who was asked
stands for all of these.
"""

from collections.abc import Iterator

from app.clock import local_date
from app.db import driver
from app.indicators.release_models import Release

# Where a village's sums say that a figure counts so many more or fewer, or those of all villages of
# a place do, it differs by no fewer people: it is not asked who they are (`large`, `many`). Else it
# is, of interviews, and pairs of them, that count in one of both releases; `is_new` in the later.
# Whom an adult stands for is said by the rule of `weighing.py`, here for all of them at once.
FEW = """
with changed as (
    select distinct village_id from released_bases
    where round_id = %(round)s and since > %(then)s and since <= %(now)s and until > %(now)s
), lies as (
    select unit_id as village_id, ancestor_id as unit_id from org_unit_ancestors
    where unit_id in (select village_id from changed)
      and valid_from <= %(on)s and (valid_to is null or valid_to >= %(on)s)
    union select village_id, village_id from changed
), shifted as materialized (
    select village_id, domain_id,
           abs(coalesce(sum(n) filter (where until > %(now)s), 0)
               - coalesce(sum(n) filter (where until <= %(now)s), 0)) as n
    from released_sums
    where round_id = %(round)s and village_id in (select village_id from changed)
      and ((since <= %(now)s and until > %(now)s) or (since <= %(then)s and until > %(then)s))
    group by village_id, domain_id
), large as (
    select village_id, domain_id from shifted where n > %(most)s
), many as (
    select unit_id, domain_id from shifted join lies using (village_id)
    group by unit_id, domain_id having sum(n) > %(most)s
), counted as materialized (
    select distinct b.village_id, b.form_id, r.version = %(now)s as is_new,
           unnest(b.instances) as pk
    from (values (%(then)s), (%(now)s)) as r (version)
    join released_bases b on b.since <= r.version and b.until > r.version
    where b.round_id = %(round)s and b.partner_id = 0
      and b.village_id in (select village_id from changed)
), alone as (
    select village_id, pk, bool_or(is_new) as is_new from counted
    group by village_id, pk having count(*) = 1
), asked as materialized (
    select c.village_id, c.is_new, c.pk, i.household
    from counted c join forms f on f.id = c.form_id and f.kind = 'person'
    join interviews i on i.instance_pk = c.pk
), homes as (
    select distinct on (c.village_id, c.is_new, i.subject)
           c.village_id, c.is_new, i.subject as household, i.adults
    from counted c join forms f on f.id = c.form_id and f.kind = 'household'
    join interviews i on i.instance_pk = c.pk and i.adults > 0 and i.outcome = 'complete'
    where exists (select from asked)
    order by c.village_id, c.is_new, i.subject, f.id
), weighs as materialized (
    select a.village_id, a.pk, a.is_new, coalesce(h.adults, 0) as adults
    from asked a left join homes h using (village_id, is_new, household)
), reweighed as (
    select village_id, pk from weighs group by village_id, pk having min(adults) < max(adults)
), paired as (
    select c.village_id, o.instance_pk, o.partner_pk, bool_or(c.is_new) as is_new
    from pair_observations o
    join counted c on c.pk = o.instance_pk
    join counted p on (p.pk, p.village_id, p.is_new) = (o.partner_pk, c.village_id, c.is_new)
    where o.is_one
    group by c.village_id, o.instance_pk, o.partner_pk having count(*) = 1
), said as (
    select a.village_id, a.is_new, a.pk, unnest(o.domain_ids) as domain_id, unnest(o.n) as n,
           coalesce(w.adults, 1) * unnest(o.y) as y, coalesce(w.adults, 1) * unnest(o.x) as x
    from alone a left join weighs w using (village_id, pk, is_new)
    join observations o on o.instance_pk = a.pk
    where w.adults is distinct from 0
    union all
    select w.village_id, w.is_new, w.pk, unnest(o.domain_ids), unnest(o.n),
           w.adults * unnest(o.y), w.adults * unnest(o.x)
    from reweighed r join weighs w using (village_id, pk)
    join observations o on o.instance_pk = w.pk
    where w.adults > 0
    union all
    select p.village_id, p.is_new, p.instance_pk, unnest(o.domain_ids), unnest(o.n),
           coalesce(w.adults, 1) * unnest(o.y), coalesce(w.adults, 1) * unnest(o.x)
    from paired p join pair_observations o using (instance_pk, partner_pk)
    left join weighs w on (w.village_id, w.pk, w.is_new) = (p.village_id, p.instance_pk, p.is_new)
    where w.adults is distinct from 0
), who as (
    select s.village_id, s.domain_id, coalesce(i.household, i.subject, s.pk::text) as who,
           sum(n) filter (where is_new) as n, sum(n) filter (where not is_new) as was_n,
           sum(y) filter (where is_new) as y, sum(y) filter (where not is_new) as was_y,
           sum(x) filter (where is_new) as x, sum(x) filter (where not is_new) as was_x
    from said s left join interviews i on i.instance_pk = s.pk
    where not exists (
        select from large g where (g.village_id, g.domain_id) = (s.village_id, s.domain_id))
    group by 1, 2, 3
), different as (
    select village_id, domain_id, sum(greatest(n, was_n)) as n
    from who where (n, y, x) is distinct from (was_n, was_y, was_x)
    group by village_id, domain_id
)
select l.unit_id, v.id, v.code, d.breakdown, d.value, sum(f.n)::int
from different f
join lies l using (village_id)
join indicator_domains d on d.id = f.domain_id
join indicator_versions v on v.id = d.indicator_id
where v.id = any(%(before)s) and v.id = any(%(indicators)s)
  and not exists (select from many m where (m.unit_id, m.domain_id) = (l.unit_id, f.domain_id))
group by l.unit_id, v.id, v.code, d.breakdown, d.value
having sum(f.n) between 1 and %(most)s
"""

Few = tuple[int, int, str, str, str, int]  # unit, version's id and code, group's name and value, n


def few_between(before: Release, made: Release, threshold: int) -> Iterator[Few]:
    """Figures with different answers of fewer than the threshold, and of how many.

    Of places as they are put together in the later release.
    """
    asked = {
        "round": made.round_id, "then": before.version, "now": made.version,
        "on": local_date(made.released_at), "before": before.indicators,
        "indicators": made.indicators, "most": threshold - 1,
    }  # fmt: skip
    yield from driver().execute(FEW, asked)
