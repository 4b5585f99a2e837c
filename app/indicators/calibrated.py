"""Figures of a release whose weights are fitted to known totals of the population.

The interviews that the release counts become rows, with the weights of the sample; the estimator
of `thonso stats estimate` fits and estimates (docs/statistics.md §3). A row is a household, a
member or a person whom the indicator is about, with or without an answer. Figures of the province
and of its communes are kept; a village is too few for it.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import column, insert, select, table

from app.db import db, driver
from app.errors import Conflict
from app.forms.models import Form
from app.indicators.estimation.estimate import estimate
from app.indicators.estimation.plan import Adjustment, DataFault, Domain, Indicator, Plan
from app.indicators.estimation.result import Estimate
from app.indicators.estimation.rows import LARGEST, Row
from app.indicators.kinds import kind_of_version
from app.indicators.known_totals import PLACES, totals_of
from app.indicators.models import IndicatorDomain, IndicatorVersion
from app.indicators.release_models import Release
from app.indicators.sample_reading import DESIGN
from app.indicators.taking import bases_behind, fitted_table
from app.samples.queries import is_sampled

YES, NO, OUT = ("1", "1"), ("0", "1"), ("0", "0")
NOT_KNOWN = LARGEST  # a population so large that f = 0

INTERVIEWS = (
    DESIGN  # noqa: S608 - put together from constants
    + """
select case when p.village_id is null then d.part else coalesce(nullif(d.stratum, ''), '*') end,
       coalesce(v.public_id, d.household),
       case when p.village_id is null and f.kind = 'household' then f.factor * f.n end,
       f.factor * case when f.kind = 'person' then (
           select i.adults from counted_interviews h
           join forms hf on hf.id = h.form_id and hf.kind = 'household'
           join interviews i on i.instance_pk = h.instance_pk and i.adults > 0
           where h.round_id = b.round_id and h.subject = w.household
             and h.village_id = b.village_id and h.outcome = 'complete'
           order by hf.id limit 1) else 1 end,
       u.public_id, c.id, cc.code, w.instance_pk,
       o.domain_ids, o.n, o.y, o.x, o.yy, o.xy, o.xx, o.dont_know, o.refused, o.blank, o.irrelevant
from {bases} b
cross join lateral unnest(b.instances) as counted (instance_pk)
join interviews w on w.instance_pk = counted.instance_pk and w.outcome = 'complete'
join {observed} o on o.instance_pk = w.instance_pk {together}
join samples s on s.round_id = b.round_id
join sample_households d on d.sample_id = s.id and d.household = w.household
     and d.role <> 'reserve'
join sample_parts p on p.sample_id = s.id and p.code = d.part
join parts f on (f.form_id, f.partner_id, f.part) = (b.form_id, b.partner_id, d.part)
join org_units u on u.id = b.village_id
left join org_units v on v.id = p.village_id
join org_unit_ancestors a on a.unit_id = u.id and a.valid_to is null
join org_units c on c.id = a.ancestor_id and c.level = 'commune'
left join org_unit_codes cc on cc.org_unit_id = c.id and cc.valid_to is null
where b.round_id = %(round)s and (b.form_id, b.partner_id) = (%(form)s, %(partner)s)
  and w.form_id = b.form_id
  and b.stratum = ''
order by w.instance_pk
"""
)
ALONE = {"observed": "observations", "together": ""}
# Fitted figures of a release that is not frozen, until the transaction's end.
TABLE = """
drop table if exists coming_figures;
create temp table coming_figures (like calibrated_figures) on commit drop
"""
# A row about pairs knows the interviews of both forms.
OF_PAIRS = {
    "observed": "pair_observations",
    "together": "and o.partner_pk = any(b.instances) and o.is_one",
}


class Group(NamedTuple):
    """Rows of one interview with the same groups: n with an answer, and those without."""

    n: int
    y: float
    x: float
    yy: float
    xy: float
    xx: float
    missing: int

    @property
    def is_share(self) -> bool:
        """Each row's y and x are 0 or 1, and no y is without its x."""
        return self.y == self.yy == self.xy and self.x == self.xx


def totals_for(round_id: int) -> list[list[Any]]:
    """What a release made now is fitted to: indicator, margin, level, N; only samples are."""
    if not is_sampled(round_id):
        return []
    return [
        [total.indicator, total.margin, total.level, total.n]
        for totals in totals_of(round_id).values()
        for total in totals
    ]


def calibrate_release(made: Release) -> None:
    """Keeps fitted figures of every indicator whose population is known.

    Of a release that is not frozen they are there until the transaction's end. `Conflict` where
    sample and totals do not meet; it says where.
    """
    if not made.totals:
        return
    if not made.is_frozen:
        driver().execute(TABLE)
    known = {code for code, *_ in made.totals}
    found = select(IndicatorVersion, Form.kind).join(Form, Form.id == IndicatorVersion.form_id)
    for version, kind in db.session.execute(
        found.where(IndicatorVersion.id.in_(made.indicators), IndicatorVersion.code.in_(known))
    ):
        if kind in {"household", "person"}:
            _calibrate(made, version)


class Survey(NamedTuple):
    """What a release has of one indicator, as the estimator takes it."""

    rows: list[Row]
    empty: list[Row]  # of interviews where there is nobody whom it is about
    totals: list[Row]
    adjustment: Adjustment
    breakdowns: list[str]  # by which totals are known
    domains: dict[int, tuple[str, str]]


def survey_of(made: Release, version: IndicatorVersion) -> Survey:
    """The interviews of a release, and the totals that their weights are fitted to."""
    totals = [said for code, *said in made.totals if code == version.code]
    margins = sorted({margin for margin, *_ in totals})
    breakdowns = sorted({n for m in margins for n in m.split("/") if n not in PLACES})
    domains = {
        domain.id: (domain.breakdown, domain.value)
        for domain in db.session.scalars(select(IndicatorDomain).filter_by(indicator_id=version.id))
    }
    wanted = [
        Row(number, {"margin": margin, "level": level, "N": repr(n)})
        for number, (margin, level, n) in enumerate(totals, 2)
    ]
    rows, empty = _rows(made, version, domains, margins, breakdowns)
    adjustment = Adjustment("rake", tuple(margins), "")
    return Survey(rows, empty, wanted, adjustment, breakdowns, domains)


def _calibrate(made: Release, version: IndicatorVersion) -> None:
    survey = survey_of(made, version)
    plan = Plan(
        ids=("psu",),
        strata=("stratum",),
        fpc=("population",),
        weight="weight",
        indicators=(_indicator(version, survey.rows),),
        domains=tuple(
            Domain(level, unit, breakdown)
            for level, unit in (("province", None), ("commune", "commune_id"))
            for breakdown in (None, *survey.breakdowns)
        ),
        calibration=survey.adjustment,
    )
    try:
        estimates = estimate(survey.rows, plan, survey.totals, survey.empty)
        found = [one for one in estimates if one.est is not None]
    except DataFault as fault:
        raise Conflict(
            "The known totals of %(code)s do not fit: %(fault)s.", code=version.code, fault=fault
        ) from fault
    _keep(made, found, {place: domain_id for domain_id, place in survey.domains.items()})


def _indicator(version: IndicatorVersion, rows: Sequence[Row]) -> Indicator:
    """Of a share, rows that are not in the denominator are in the sample and no more."""
    pairs = {(row.cells["y"], row.cells["x"]) for row in rows} - {("", "")}
    if kind_of_version(version.id) == "prop" and pairs <= {YES, NO, OUT}:
        return Indicator(version.code, "prop", "y", eligible="x")
    return Indicator(version.code, "ratio", "y", "x")


def _rows(
    made: Release,
    version: IndicatorVersion,
    domains: dict[int, tuple[str, str]],
    margins: Sequence[str],
    breakdowns: Sequence[str],
) -> tuple[list[Row], list[Row]]:
    """Rows of those whom the indicator is about, and of interviews where there is nobody."""
    rows: list[Row] = []
    empty: list[Row] = []
    asked = {
        "round": made.round_id, "release": made.version,
        "form": version.form_id, "partner": version.partner_id or 0,
    }  # fmt: skip
    of = OF_PAIRS if version.partner_id else ALONE
    for row in driver().execute(INTERVIEWS.format(**bases_behind(made), **of), asked):
        stratum, psu, population, weight, village, commune_id, commune, instance_pk, *said = row
        if not weight:
            continue
        cells = {
            "stratum": stratum, "psu": psu, "population": repr(population or NOT_KNOWN),
            "weight": repr(weight), "village": village, "commune": commune or "", "province": "",
            "commune_id": str(commune_id), "instance_pk": str(instance_pk),
        }  # fmt: skip
        before = len(rows)
        for values, group in _groups(_said(said, domains), breakdowns, version.code):
            inside = {**cells, **dict(zip(breakdowns, values, strict=True))}
            inside |= {margin: "/".join(inside[n] for n in margin.split("/")) for margin in margins}
            for y, x in _answers(group):
                rows.append(Row(len(rows) + 2, {**inside, "y": y, "x": x}))
        if len(rows) == before:
            empty.append(Row(0, cells))
    return rows, empty


def _said(said: Sequence[Any], domains: dict[int, tuple[str, str]]) -> dict[tuple[str, str], Group]:
    ids, n, y, x, yy, xy, xx, *missing = said
    return {
        domains[domain_id]: Group(
            n[at], y[at], x[at], yy[at], xy[at], xx[at], sum(reason[at] for reason in missing)
        )
        for at, domain_id in enumerate(ids)
        if domain_id in domains
    }


def _groups(
    said: dict[tuple[str, str], Group], breakdowns: Sequence[str], code: str
) -> Iterator[tuple[tuple[str, ...], Group]]:
    """An interview's rows by their groups; several rows are known by one breakdown at a time."""
    if len(breakdowns) == 1:
        yield from (((v,), group) for (name, v), group in said.items() if name == breakdowns[0])
        return
    whole = said.get(("", ""))
    if whole is None:
        return
    by_name: dict[str, list[str]] = defaultdict(list)
    for name, value in said:
        by_name[name].append(value)
    if any(len(by_name[name]) != 1 for name in breakdowns):
        raise Conflict(
            "%(code)s has several people in one interview: name one breakdown in its totals.",
            code=code,
        )
    yield tuple(by_name[name][0] for name in breakdowns), whole


def _answers(group: Group) -> list[tuple[str, str]]:
    """The y and x of each row: yes or no, or the mean of those of one interview in one group."""
    missing = [("", "")] * group.missing
    if not group.n:
        return missing
    if group.is_share:
        yes, inside = int(group.y), int(group.x)
        return [YES] * yes + [NO] * (inside - yes) + [OUT] * (group.n - inside) + missing
    return [(repr(group.y / group.n), repr(group.x / group.n))] * group.n + missing


def _keep(made: Release, found: Sequence[Estimate], domain_ids: dict[tuple[str, str], int]) -> None:
    rows = []
    for one in found:
        exact = one.ci_kg_lo is not None and one.ci_rec_method == "logit"
        low, high = (one.ci_kg_lo, one.ci_kg_hi) if exact else (one.ci_rec_lo, one.ci_rec_hi)
        domain_id = domain_ids.get((one.breakdown, one.breakdown_value))
        if domain_id is not None:
            rows.append({
                "release_id": made.id,
                "unit_id": int(one.geo_id) if one.level == "commune" else 0,
                "domain_id": domain_id,
                "numerator": one.w_num, "denominator": one.w_den, "value": one.est,
                "se": one.se if one.df or one.ci_rec_method == "census" else None,
                "df": one.df, "deff": one.deff_wr, "low": low, "high": high,
                "ci_method": "korn_graubard" if exact else one.ci_rec_method,
            })  # fmt: skip
    if rows:
        into = table(fitted_table(made), *map(column, rows[0]))
        db.session.execute(insert(into), rows)
