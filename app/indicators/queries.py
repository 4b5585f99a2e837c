"""Reads figures: sums of villages put together for any unit above them."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db, driver
from app.indicators.figures import MISSING_REASONS, Base, Figure
from app.org_units.models import OrgUnit, OrgUnitAncestor, OrgUnitCode
from app.rounds.models import Round

# Each village counts by its estimated number of subjects, not by how many were visited: the factor
# N̂/n, with N̂ = eligible + e · unresolved, and e the eligible share among those resolved. A village
# form is about one subject, the village, however many quarters it reports in the round; forms
# without a frame stand for themselves.
BASES = """
with bases as (
    select a.ancestor_id as unit_id, b.*,
           case when f.kind in ('household', 'person') then b.eligible + b.unresolved *
                    case when b.eligible + b.ineligible > 0
                         then b.eligible::float8 / (b.eligible + b.ineligible) else 1 end
                when f.kind = 'village' then b.frame
                else b.n end::float8 as expected
    from village_bases b
    join forms f on f.id = b.form_id
    join org_unit_ancestors a on a.unit_id = b.village_id and a.valid_to is null
    where b.round_id = %(round)s and a.ancestor_id = any(%(units)s)
)"""

# How many say yes is known of shares only, of which each household says 0 or 1.
SUMS = (
    BASES  # noqa: S608 - put together from constants
    + """, factors as (
    select unit_id, village_id, form_id, expected / n as factor from bases where n > 0
)
select f.unit_id, d.indicator_id, d.breakdown, d.value,
       sum(f.factor * s.y), sum(f.factor * s.x), sum(s.n)::bigint,
       case when bool_and(s.yy = s.y and s.x = s.n) then sum(s.y) end as yes,
       sum(s.dont_know)::bigint, sum(s.refused)::bigint, sum(s.blank)::bigint,
       sum(s.irrelevant)::bigint
from factors f
join village_sums s on s.round_id = %(round)s and s.village_id = f.village_id
     and s.form_id = f.form_id
join indicator_domains d on d.id = s.domain_id
where d.indicator_id = any(%(indicators)s) and (%(by)s::text is null or d.breakdown = %(by)s)
group by f.unit_id, d.indicator_id, d.breakdown, d.value
"""
)

COVERAGE = (
    BASES
    + """
select unit_id, form_id, sum(expected), sum(least(n, expected))::int, sum(waiting)::int,
       sum(unresolved)::int, (sum(eligible) - sum(n))::int,
       count(*)::int, (count(*) filter (where n = 0 and frame > 0))::int,
       coalesce(sum(frame) filter (where n = 0), 0)::int,
       min(first_on), max(last_on), max(computed_at)
from bases group by unit_id, form_id
"""
)

INDICATORS = """
select i.id, i.form_id, i.code, i.version, i.labels, i.unit, f.kind
from indicator_versions i join forms f on f.id = i.form_id
where i.project_id = %(project)s and i.in_force
  and (%(indicator)s::text is null or i.code = %(indicator)s)
order by i.code
"""

NOTHING = Base(0.0, 0, 0, 0, 0, 0, 0, 0, None, None, None)


def find_figures(
    actor: Actor,
    *,
    round_: Round,
    unit_id: int,
    level: str,
    indicator: str | None = None,
    by: str | None = "",
) -> list[Figure]:
    """Figures of every unit of a level at or below a unit, as far as the reader's rights go.

    `by` names a breakdown; "" asks for the undivided figures, None for all of them. Units come in
    their Vietnamese order, indicators by code; an indicator without any interview yet is there,
    with no value.
    """
    units = _units(actor, round_.project_id, unit_id, level)
    indicators = (
        driver()
        .execute(INDICATORS, {"project": round_.project_id, "indicator": indicator})
        .fetchall()
    )
    asked = {
        "round": round_.id,
        "units": [unit.id for unit, _ in units],
        "indicators": [row[0] for row in indicators],
        "by": by,
    }
    bases = {(row[0], row[1]): Base(*row[2:]) for row in driver().execute(COVERAGE, asked)}
    sums: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in driver().execute(SUMS, asked):
        sums[row[0], row[1]].append(row[2:])
    figures: list[Figure] = []
    for place in units:
        unit_id = place[0].id
        for found in indicators:
            base = bases.get((unit_id, found[1]), NOTHING)
            rows = sorted(sums.get((unit_id, found[0]), []))
            if not rows and not by:
                rows = [("", "", None, None, 0, None, 0, 0, 0, 0)]
            figures += [_figure(place, round_.code, found, base, row) for row in rows]
    return figures


def _units(
    actor: Actor, project_id: int, unit_id: int, level: str
) -> list[tuple[OrgUnit, str | None]]:
    code = (
        select(OrgUnitCode.code)
        .where(OrgUnitCode.org_unit_id == OrgUnit.id, OrgUnitCode.valid_to.is_(None))
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(OrgUnit, code)
        .join(OrgUnitAncestor, OrgUnitAncestor.unit_id == OrgUnit.id)
        .where(
            OrgUnitAncestor.ancestor_id == unit_id,
            OrgUnitAncestor.valid_to.is_(None),
            OrgUnit.level == level,
            OrgUnit.valid_to.is_(None),
            within(OrgUnit.id, actor, "indicator.read", project_id),
        )
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    return [(unit, unit.public_id or code) for unit, code in db.session.execute(statement)]


def _figure(
    place: tuple[OrgUnit, str | None], round_code: str, found: Any, base: Base, row: Any
) -> Figure:
    unit, code = place
    _, _, indicator, version, labels, observed, kind = found
    breakdown, value, numerator, denominator, n, yes, *missing = row
    return Figure(
        unit_id=unit.id,
        unit_code=code,
        unit_name=unit.name,
        level=unit.level,
        round=round_code,
        indicator=indicator,
        version=version,
        labels=labels,
        breakdown=breakdown,
        breakdown_value=value,
        numerator=numerator,
        denominator=denominator,
        n=n,
        missing=dict(zip(MISSING_REASONS, missing, strict=True)),
        base=base,
        sampled=kind == "person",
        yes=yes if observed == "household" and not breakdown else None,
    )
