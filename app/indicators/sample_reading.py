"""How sums of villages are put together in a round with a sample: the statements behind figures.

A part of the sample is of households with one weight (`app/samples/models.py`): 1 / probability,
times the drawn households that are there over those that count, in all villages of the part:

    factor = (eligible + e · unresolved) / probability / n,

with e the eligible share among those resolved. Households that stand in for others are among the
n; those they stand in for are among the drawn.
"""

# What is drawn first in a stratum (PSU) is households, or villages. A village of a two-stage sample
# by itself (`within`) is a stratum of households, with the weights that hold inside it. With
# households f = n / N̂ = 1 / factor; one adult stands for others whoever was visited, and villages
# are drawn with unequal probabilities: f = 0.
DESIGN = """
with cells as (
    select b.village_id, b.form_id, b.partner_id, f.kind, b.stratum as part, b.n, b.substitutes,
           b.frame, b.eligible, b.ineligible, b.waiting, b.first_on, b.last_on, b.computed_at,
           p.stratum, p.village_id as psu, p.probability, p.chance
    from {bases} b
    join forms f on f.id = b.form_id and f.kind in ('household', 'person')
    join samples s on s.round_id = b.round_id
    left join sample_parts p on p.sample_id = s.id and p.code = b.stratum
    where b.round_id = %(round)s
), parts as (
    select form_id, partner_id, kind, part, stratum, psu, chance, sum(n) as n,
           (sum(eligible) + greatest(sum(frame) - sum(eligible) - sum(ineligible), 0)
                * case when sum(eligible + ineligible) > 0
                       then sum(eligible)::float8 / sum(eligible + ineligible) else 1 end
           ) / probability / nullif(sum(n), 0) as factor
    from cells where part <> ''
    group by form_id, partner_id, kind, part, stratum, psu, chance, probability
)"""

# Items are what is centred and added up: of households a village's, with their own spread; of
# villages the village, with its weighted total. The rest is as in a census (`reading.py`).
SPREADS = """
, drawn as (
    select form_id, partner_id, kind, part, psu, n, psu is null or %(within)s as of_households,
           case when psu is null or %(within)s then part else stratum end as stratum,
           factor * case when %(within)s then chance else 1 end as factor
    from parts where n > 0
), strata as (
    select form_id, partner_id, stratum,
           case when of_households then sum(n) else count(distinct psu) end as n,
           case when of_households and kind = 'household'
                then least(1 / min(factor), 1) else 0 end as fraction
    from drawn group by form_id, partner_id, kind, stratum, of_households
), items as (
    select a.ancestor_id as unit_id, s.domain_id, p.form_id, p.partner_id, p.stratum,
           case when p.of_households then sum(s.m) else least(sum(s.m), 1) end::float8 as m,
           sum(p.factor * s.y) as y, sum(p.factor * s.x) as x,
           sum(p.factor ^ 2 * s.yy) filter (where p.of_households) as yy,
           sum(p.factor ^ 2 * s.xy) filter (where p.of_households) as xy,
           sum(p.factor ^ 2 * s.xx) filter (where p.of_households) as xx,
           sum(s.n) as n, sum(p.factor * s.w) as w, sum(p.factor ^ 2 * s.ww) as ww,
           sum(p.factor * s.element_yy) as element_yy, sum(p.factor * s.element_xy) as element_xy,
           sum(p.factor * s.element_xx) as element_xx, sum(s.y) as yes,
           sum(s.dont_know) as dont_know, sum(s.refused) as refused, sum(s.blank) as blank,
           sum(s.irrelevant) as irrelevant
    from drawn p
    join {sums} s on s.round_id = %(round)s
         and (s.form_id, s.partner_id, s.stratum) = (p.form_id, p.partner_id, p.part)
    join org_unit_ancestors a on a.unit_id = s.village_id
         and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
    where a.ancestor_id = any(%(units)s) and s.domain_id = any(%(domains)s)
    group by a.ancestor_id, s.domain_id, p.form_id, p.partner_id, p.stratum, p.of_households,
             case when p.of_households then s.village_id else p.psu end
), about_means as (
    select *, y / nullif(m, 0) - sum(y) over inside / nullif(sum(m) over inside, 0) as off_y,
           x / nullif(m, 0) - sum(x) over inside / nullif(sum(m) over inside, 0) as off_x
    from items
    window inside as (partition by unit_id, domain_id, form_id, partner_id, stratum)
), spreads as (
    select unit_id, domain_id, form_id, partner_id, stratum, sum(m) as m,
           sum(y) as y, sum(x) as x,
           coalesce(sum(yy), 0) + coalesce(sum(m * off_y * off_y), 0) as yy,
           coalesce(sum(xy), 0) + coalesce(sum(m * off_y * off_x), 0) as xy,
           coalesce(sum(xx), 0) + coalesce(sum(m * off_x * off_x), 0) as xx,
           sum(n) as n, sum(w) as w, sum(ww) as ww, sum(element_yy) as element_yy,
           sum(element_xy) as element_xy, sum(element_xx) as element_xx, sum(yes) as yes,
           sum(dont_know) as dont_know, sum(refused) as refused, sum(blank) as blank,
           sum(irrelevant) as irrelevant
    from about_means group by unit_id, domain_id, form_id, partner_id, stratum
)"""

WEIGHED = """
from spreads s
join strata h using (form_id, partner_id, stratum)
cross join lateral (
    -- A stratum taken whole is still without those who gave no answer.
    select least(h.fraction, s.n / nullif(s.n + s.dont_know + s.refused + s.blank + s.irrelevant, 0)
          ::float8) as fraction
) f
cross join lateral (
    select f.fraction,
           (1 - f.fraction) * case when h.n > 1 then h.n::float8 / (h.n - 1) else 1 end as scale,
           case when s.m = 0 then 0 when h.n = 1 then 1 else 1 / s.m - 1 / h.n::float8 end
               as outside,
           -- What is left of equal numbers is rounding.
           case when s.yy * s.m > 1e-24 * s.y * s.y then s.yy else 0 end as yy,
           case when s.yy * s.m > 1e-24 * s.y * s.y and s.xx * s.m > 1e-24 * s.x * s.x
                then s.xy else 0 end as xy,
           case when s.xx * s.m > 1e-24 * s.x * s.x then s.xx else 0 end as xx
) v
"""
MOMENTS = f"""
select s.unit_id, s.domain_id, sum(s.y), sum(s.x),
       sum(v.scale * (v.yy + v.outside * s.y * s.y)),
       sum(v.scale * (v.xy + v.outside * s.y * s.x)),
       sum(v.scale * (v.xx + v.outside * s.x * s.x)),
       sum(s.n)::bigint, sum(s.m)::bigint,
       coalesce(sum(s.m - 1) filter (where s.m > 0 and v.fraction < 1), 0)::bigint,
       sum(s.w), sum(s.ww), sum(s.element_yy), sum(s.element_xy), sum(s.element_xx), sum(s.yes),
       sum(s.dont_know)::bigint, sum(s.refused)::bigint, sum(s.blank)::bigint,
       sum(s.irrelevant)::bigint, bool_and(v.fraction >= 1)
{WEIGHED}group by s.unit_id, s.domain_id
"""

# Of those drawn, how many are there and answered; a village is left out where nobody of a part of
# the sample in it counts, in any village of that part.
COVERAGE = """
, placed as (
    select a.ancestor_id as unit_id, c.*, p.n as counted
    from cells c
    join org_unit_ancestors a on a.unit_id = c.village_id
         and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
    left join parts p using (form_id, partner_id, part)
    where a.ancestor_id = any(%(units)s)
), added as (
    select unit_id, form_id, partner_id, sum(n) as n, sum(substitutes) as substitutes,
           sum(waiting) as waiting, sum(eligible) as eligible, sum(ineligible) as ineligible,
           sum(frame) filter (where part <> '') as drawn,
           count(distinct village_id) as villages,
           count(distinct village_id) filter (where counted = 0 and frame > 0) as left_out,
           sum(frame * chance / probability) filter (where counted = 0) as frame_left_out,
           count(*) filter (where part = '' and frame > 0)
               - count(distinct village_id) filter (where part <> '' and frame > 0) as not_drawn,
           min(first_on) as first_on, max(last_on) as last_on, max(computed_at) as computed_at
    from placed group by unit_id, form_id, partner_id
)
select unit_id, form_id, partner_id,
       eligible + open * case when eligible + ineligible > 0
           then eligible::float8 / (eligible + ineligible) else 1 end,
       (n - substitutes)::int, waiting::int, open::int, (eligible - n + substitutes)::int,
       villages::int, left_out::int, coalesce(round(frame_left_out), 0)::int,
       first_on, last_on, computed_at, substitutes::int, greatest(not_drawn, 0)::int, true
from added
cross join lateral (select greatest(coalesce(drawn, 0) - eligible - ineligible, 0) as open) o
"""
