"""How sums of villages are put together for any unit above them: the statements behind figures."""

from collections.abc import Iterator, Mapping

from app.indicators import sample_reading
from app.indicators.sum_models import VillageBase, VillageSum

COLUMNS = {
    what: ", ".join(column.name for column in model.__table__.columns)
    for what, model in (("bases", VillageBase), ("sums", VillageSum))
}

# Each village counts by its estimated number of subjects, not by how many were visited: the factor
# N̂/n, with N̂ = eligible + e · unresolved, and e the eligible share among those resolved. A village
# form is about one subject, the village, however many quarters it reports in the round; forms
# without a frame stand for themselves. Worked out before sums are looked up: of the many sums of a
# village none asks again where it lies.
BASES = """
with bases as materialized (
    select a.ancestor_id as unit_id, f.kind, b.*,
           case when f.kind in ('household', 'person') then b.eligible + b.unresolved *
                    case when b.eligible + b.ineligible > 0
                         then b.eligible::float8 / (b.eligible + b.ineligible) else 1 end
                when f.kind = 'village' then b.frame
                else b.n end::float8 as expected
    from {bases} b
    join forms f on f.id = b.form_id
    join org_unit_ancestors a on a.unit_id = b.village_id
         and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
    where b.round_id = %(round)s and a.ancestor_id = any(%(units)s)
      and not (%(sampled)s and f.kind in ('household', 'person'))
)"""

# Each village is a stratum of n households out of N̂, with the variance
#     factor² (1 - f) n/(n - 1) Σ (z - mean)²,    z = Y - R X,
# which is a quadratic in R: its three coefficients are added up. Of the n households m have an
# answer; yy, xy and xx are centred over those, and what the others add, whose Y and X are 0, is
# Y²(1/m - 1/n). One household alone (n = 1, f < 1) gives (1 - f) z²: `lonely`.
# f is the share of those who should be there that have an answer; one adult chosen in a household
# stands for others whoever was visited, so that f = 0.
WEIGHED = """
from (
    select unit_id, village_id, stratum, form_id, partner_id, kind, n, expected / n as factor
    from bases where n > 0
) u
join {sums} s on s.round_id = %(round)s
     and (s.village_id, s.stratum, s.form_id, s.partner_id)
       = (u.village_id, u.stratum, u.form_id, u.partner_id)
     and s.domain_id = any(%(domains)s)
cross join lateral (
    select s.n + s.dont_know + s.refused + s.blank + s.irrelevant as asked
) a
cross join lateral (
    select case when u.kind = 'person' or a.asked = 0 then 0
                else least(s.n::float8 / a.asked / u.factor, 1) end as fraction
) f
cross join lateral (
    select u.factor * u.factor * (1 - f.fraction)
               * case when u.n > 1 then u.n::float8 / (u.n - 1) else 1 end as scale,
           case when s.m = 0 then 0
                when u.n = 1 then 1
                else 1 / s.m::float8 - 1 / u.n::float8 end as outside
) v
"""
MOMENTS = f"""
select u.unit_id, s.domain_id, sum(u.factor * s.y), sum(u.factor * s.x),
       sum(v.scale * (s.yy + v.outside * s.y * s.y)),
       sum(v.scale * (s.xy + v.outside * s.y * s.x)),
       sum(v.scale * (s.xx + v.outside * s.x * s.x)),
       sum(s.n)::bigint, sum(s.m)::bigint,
       coalesce(sum(s.m - 1) filter (where s.m > 0 and f.fraction < 1), 0)::bigint,
       sum(u.factor * s.w), sum(u.factor * u.factor * s.ww),
       sum(u.factor * s.element_yy), sum(u.factor * s.element_xy), sum(u.factor * s.element_xx),
       sum(s.y),
       sum(s.dont_know)::bigint, sum(s.refused)::bigint, sum(s.blank)::bigint,
       sum(s.irrelevant)::bigint, true
{WEIGHED}group by u.unit_id, s.domain_id
"""

COVERAGE = """
select unit_id, form_id, partner_id, sum(expected), sum(least(n, expected))::int, sum(waiting)::int,
       sum(unresolved)::int, (sum(eligible) - sum(n))::int,
       count(*)::int, (count(*) filter (where n = 0 and frame > 0))::int,
       coalesce(sum(frame) filter (where n = 0), 0)::int,
       min(first_on), max(last_on), max(computed_at), 0, 0, false
from bases group by unit_id, form_id, partner_id
"""

# Where the sums stand: as they are now, or as a release left them. With the interviews behind them
# bases are ten times as large, so that who needs these asks for them.
NOW = {"bases": "village_bases", "sums": "village_sums"}
RELEASED = {
    what: f"(select {names} from released_{what}"  # noqa: S608
    " where since <= %(release)s and until > %(release)s)"
    for what, names in COLUMNS.items()
}
BEHIND_RELEASED = {"bases": RELEASED["bases"].replace("select ", "select instances, ", 1)}


def statements(tables: Mapping[str, str], *, sampled: bool) -> Iterator[tuple[str, str]]:
    """The statements for coverages and for figures.

    Where a sample was drawn, one pair is for what was asked of its households, and one for the
    rest.
    """
    bases = BASES.format(**tables)
    yield f"{bases} {COVERAGE}", f"{bases} {MOMENTS.format(**tables)}"
    if sampled:
        design = sample_reading.DESIGN.format(**tables)
        yield (
            f"{design} {sample_reading.COVERAGE}",
            f"{design} {sample_reading.SPREADS.format(**tables)} {sample_reading.MOMENTS}",
        )
