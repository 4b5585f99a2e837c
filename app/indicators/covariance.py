"""How far two figures of one indicator vary together, since the same units were asked for both.

Per stratum with the same name, scores z = w (Y - R X) / X of units asked both times, n12 of n1 and
n2 out of N (Tam, On covariances from overlapping samples, American Statistician 38, 1984):

    C = Σ (n12 - n1 n2 / N) S12(z1, z2)

with N unknown, n1 n2 / N = 0, where villages were drawn. Strata that are not in both designs,
persons drawn anew in each round, and households of which two interviews are joined, add nothing:
the error of a difference is then rather too large.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from app.db import driver
from app.indicators.figures import Figure
from app.indicators.reading import BASES, NOW
from app.indicators.sample_reading import DESIGN, SPREADS
from app.rounds.models import Round
from app.samples.queries import is_sampled

CENSUS_STRATA = (
    BASES.format(**NOW)
    + """
select village_id::text, n, expected / n from bases
where (form_id, partner_id) = (%(form)s, %(partner)s) and n > 0
"""
)
_SAMPLE = DESIGN.format(**NOW) + SPREADS.format(**NOW)
SAMPLE_STRATA = (
    _SAMPLE
    + """
select stratum, n, factor from drawn
where (form_id, partner_id) = (%(form)s, %(partner)s) and of_households
"""
)
VILLAGES = (
    _SAMPLE
    + """
select d.stratum, d.psu, coalesce(sum(d.factor * s.y), 0), coalesce(sum(d.factor * s.x), 0)
from drawn d
left join village_sums s on s.round_id = %(round)s and s.domain_id = %(domain)s
     and (s.form_id, s.stratum) = (d.form_id, d.part) and exists (
         select from org_unit_ancestors a where a.unit_id = s.village_id
         and a.ancestor_id = any(%(units)s)
         and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s))
where (d.form_id, d.partner_id) = (%(form)s, %(partner)s) and not d.of_households
group by d.stratum, d.psu
"""
)

# Households with a complete interview in both rounds, with what they say to the domain.
_OF = """
case when a.unit_id is null then 0
     else coalesce(o{n}.{of}[array_position(o{n}.domain_ids, %(domain)s)], 0) end as {of}{n}
"""
_DRAWN = """
left join samples s{n} on s{n}.round_id = c{n}.round_id and s{n}.kind <> 'census'
left join sample_households d{n} on d{n}.sample_id = s{n}.id and d{n}.household = c{n}.subject
     and d{n}.role <> 'reserve'
"""
_HEARD = "left join observations o{n} on o{n}.instance_pk = c{n}.instance_pk"
_TWICE = f"""
    from counted_interviews c1
    join counted_interviews c2 on (c2.form_id, c2.subject) = (c1.form_id, c1.subject)
         and c2.round_id = %(before)s and c2.outcome = 'complete'
    {_DRAWN.format(n=1)} {_DRAWN.format(n=2)}
"""
_SAME_STRATUM = """
    where c1.round_id = %(round)s and c1.form_id = %(form)s and c1.outcome = 'complete'
      and (s1.id is null) = (d1.part is null) and (s2.id is null) = (d2.part is null)
      and coalesce(d1.part, c1.village_id::text) = any(%(strata)s)
"""
_STRATA = """
           coalesce(d1.part, c1.village_id::text) as stratum,
           coalesce(d2.part, c2.village_id::text) as stratum2
"""
_SAID = ", ".join(_OF.format(n=n, of=of) for n in (1, 2) for of in "yx")
HOUSEHOLDS = f"""
select stratum, count(*), covar_samp(y1, y2), covar_samp(y1, x2), covar_samp(x1, y2),
       covar_samp(x1, x2)
from (
    select {_STRATA}, {_SAID}
    {_TWICE} {_HEARD.format(n=1)} {_HEARD.format(n=2)}
    left join org_unit_ancestors a on a.unit_id = c1.village_id and a.ancestor_id = any(%(units)s)
         and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
    {_SAME_STRATUM}
) both_times
where stratum = stratum2
group by stratum having count(*) > 1
"""  # noqa: S608 - put together from constants
ASKED_TWICE = f"""
select stratum, subject from (select {_STRATA}, c1.subject {_TWICE} {_SAME_STRATUM}) both_times
where stratum = stratum2
"""  # noqa: S608
DRAWN_VILLAGES = f"{_SAMPLE} select distinct stratum, psu from drawn where not of_households"  # noqa: S608

# What each part of the sample adds to the totals of a place: places share strata.
TOTALS = (
    _SAMPLE
    + """
select s.unit_id, s.stratum, s.y, s.x, (1 - h.fraction) / greatest(h.n - 1, 1)
from spreads s join strata h using (form_id, partner_id, stratum)
where s.domain_id = %(domain)s
"""
)


class Stratum(NamedTuple):
    """Units that answered, and how many each of them stands for."""

    n: int
    factor: float


def of_rounds(after: Figure, before: Figure, rounds: tuple[Round, Round], asked: Any) -> float:
    """The covariance of a place's figures in two rounds.

    `asked` are the form, the one it joins (or 0), its kind, the domain and the day.
    """
    form_id, partner_id, kind, domain_id, day = asked
    within = after.level == "village"
    common = {
        "units": [after.unit_id], "domains": [], "on": day, "within": within,
        "form": form_id, "partner": partner_id, "domain": domain_id, "sampled": False,
    }  # fmt: skip
    sides = [{**common, "round": round_.id, "before": rounds[1].id} for round_ in rounds]
    scale = (after.denominator or 0) * (before.denominator or 0)
    if not scale or after.value is None or before.value is None:
        return 0.0
    ratios = (after.value, before.value)
    found = _of_villages(sides, ratios)
    if kind == "household" and not partner_id:
        found += _of_households(sides, ratios)
    return found / scale


def of_places(one: Figure, other: Figure, round_: Round, day: Any) -> float:
    """The covariance of two places in one round, whose sample has strata that lie in both."""
    if not is_sampled(round_.id):
        return 0.0
    asked = {
        "round": round_.id, "units": [one.unit_id, other.unit_id], "domains": [one.domain_id],
        "on": day, "within": one.level == "village", "domain": one.domain_id,
    }  # fmt: skip
    scores: dict[str, dict[int, float]] = defaultdict(dict)
    scales: dict[str, float] = {}
    ratios = {figure.unit_id: figure.value or 0.0 for figure in (one, other)}
    for unit_id, stratum, y, x, scale in driver().execute(TOTALS, asked):
        scores[stratum][unit_id] = y - ratios[unit_id] * x
        scales[stratum] = scale
    shared = sum(
        -scales[stratum] * by_unit[one.unit_id] * by_unit[other.unit_id]
        for stratum, by_unit in scores.items()
        if len(by_unit) > 1
    )
    return shared / ((one.denominator or 1) * (other.denominator or 1))


def _of_households(sides: list[dict[str, Any]], ratios: tuple[float, float]) -> float:
    first, second = (strata_of(side) for side in sides)
    asked = {**sides[0], "strata": [*first.keys() & second.keys()]}
    found = 0.0
    for stratum, both, yy, yx, xy, xx in driver().execute(HOUSEHOLDS, asked):
        one, other = first[stratum], second[stratum]
        spread = yy - ratios[1] * yx - ratios[0] * xy + ratios[0] * ratios[1] * xx
        population = max(one.n * one.factor, other.n * other.factor)
        overlap = both - one.n * other.n / population
        found += one.factor * other.factor * overlap * spread
    return found


def strata_of(side: Mapping[str, Any]) -> dict[str, Stratum]:
    """The strata of households of a form in a round, by name."""
    statement = SAMPLE_STRATA if is_sampled(side["round"]) else CENSUS_STRATA
    return {name: Stratum(n, factor) for name, n, factor in driver().execute(statement, side)}


def _of_villages(sides: list[dict[str, Any]], ratios: tuple[float, float]) -> float:
    first, second = (
        {(stratum, psu): y - ratio * x for stratum, psu, y, x in driver().execute(VILLAGES, side)}
        if is_sampled(side["round"])
        else {}
        for side, ratio in zip(sides, ratios, strict=True)
    )
    pairs: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for key in first.keys() & second.keys():
        pairs[key[0]].append((first[key], second[key]))
    return sum(len(both) * _spread(both) for both in pairs.values() if len(both) > 1)


def _spread(pairs: Iterable[tuple[float, float]]) -> float:
    """The sample covariance, with n - 1 below."""
    known = list(pairs)
    n = len(known)
    means = [sum(pair[side] for pair in known) / n for side in (0, 1)]
    return sum((a - means[0]) * (b - means[1]) for a, b in known) / (n - 1)
