"""The error of sums of figures, which share households and villages: of scores, say.

Figures are read from sums of villages, which do not hold what two indicators have in common. That
is in the interviews, so that this costs as much as reading them: of a commune, not of a page that
lists a province.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from app.db import columns, driver
from app.indicators import reading, sample_reading
from app.indicators.estimation.joint import Form, Key, Score, variance
from app.indicators.pairs import joins_in_force
from app.indicators.recompute import ALONE, COUNTED, NOW, OF_PAIRS
from app.rounds.models import Round
from app.samples.queries import is_sampled

# Of each village and part of a sample: its stratum, how many units were asked there, whether these
# are households, and what brings a household's answers to the stratum's scores: without, and with
# the part of the variance's factor that is the domain's own.
_CENSUS_CELLS = f"""
select u.unit_id, s.domain_id, u.form_id, u.partner_id, u.n, u.village_id, s.stratum,
       u.village_id::text, u.village_id, true, u.factor, sqrt(v.scale)
{reading.WEIGHED}
"""
_SAMPLE_CELLS = f"""
select s.unit_id, s.domain_id, s.form_id, s.partner_id, h.n::int, i.village_id, p.part, s.stratum,
       p.psu, p.of_households, p.factor, p.factor * sqrt(v.scale)
{sample_reading.WEIGHED}
join drawn p on (p.form_id, p.partner_id, p.stratum) = (s.form_id, s.partner_id, s.stratum)
join village_sums i on i.round_id = %(round)s and i.domain_id = s.domain_id
     and (i.form_id, i.partner_id, i.stratum) = (p.form_id, p.partner_id, p.part)
join org_unit_ancestors a on a.unit_id = i.village_id and a.ancestor_id = s.unit_id
     and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
"""
CENSUS_CELLS = reading.BASES.format(**reading.NOW) + _CENSUS_CELLS.format(**reading.NOW)
SAMPLE_CELLS = (
    sample_reading.DESIGN.format(**reading.NOW)
    + sample_reading.SPREADS.format(**reading.NOW)
    + _SAMPLE_CELLS
)

# What each household says to the domains of the sum, in all its persons' interviews.
SAID = (
    COUNTED  # noqa: S608 - put together from constants
    + """, wanted as (
    select * from unnest(
        %s::int[], %s::text[], %s::int[], %s::int[], %s::float8[], %s::float8[], %s::float8[]
    ) as w (village_id, part, domain_id, line, ratio, factor, scale)
), said as (
    select c.village_id, c.stratum as part, coalesce(c.household, c.subject) as household, c.weight,
           unnest(o.domain_ids) as domain_id, unnest(o.y) as y, unnest(o.x) as x
    from counted c {observed}
    where c.outcome = 'complete'
)
select line, village_id, part, household, sum(factor * weight * (y - ratio * x)),
       sum(scale * weight * (y - ratio * x))
from said join wanted using (village_id, part, domain_id)
where domain_id = any(%s)
group by line, village_id, part, household
"""
)


class Term(NamedTuple):
    """A figure in a sum: it counts `factor` times (below 0: it is taken off), in its line.

    Its value and denominator are those that were read.
    """

    line: int
    unit_id: int
    domain_id: int
    factor: float
    value: float
    denominator: float


class Cell(NamedTuple):
    """A part of the sample in a village, for one term."""

    term: Term
    form: Form
    village_id: int
    part: str
    stratum: str
    psu: int | None
    of_households: bool
    factor: float  # of a household's answers
    scale: float  # the same, for the variance


@dataclass(frozen=True, slots=True)
class Scores:
    """What the units of a round add to the lines of a sum, and how many units were asked."""

    round: Round
    units: list[int]
    day: date
    within: bool
    scaled: list[Score] = field(default_factory=list)
    plain: list[Score] = field(default_factory=list)
    asked: dict[Key, int] = field(default_factory=dict)
    of_villages: set[str] = field(default_factory=set)  # strata of which villages were drawn

    def variance(self, line: int | None = None) -> float:
        """That of the sum, or of one of its lines."""
        return variance(of_line(self.scaled, line), self.asked)


def read_scores(round_: Round, terms: Sequence[Term], day: date, *, within: bool) -> Scores:
    """Reads the interviews behind the terms; `within`: of villages by themselves.

    Figures are those of `find_figures` on that day, as they are now.
    """
    found = Scores(round_, sorted({term.unit_id for term in terms}), day, within)
    cells = _cells(round_, terms, day, found, within=within)
    by_form: dict[Form, list[Cell]] = defaultdict(list)
    for cell in cells:
        by_form[cell.form].append(cell)
    for form, own in by_form.items():
        strata = {(cell.village_id, cell.part): cell for cell in own}
        for line, village_id, part, household, plain, scaled in _said(round_, form, own):
            cell = strata[village_id, part]
            unit = household if cell.of_households else str(cell.psu)
            found.plain.append(Score(line, cell.stratum, form, unit, plain))
            found.scaled.append(Score(line, cell.stratum, form, unit, scaled))
    return found


def _cells(
    round_: Round, terms: Sequence[Term], day: date, found: Scores, *, within: bool
) -> list[Cell]:
    sampled = is_sampled(round_.id)
    asked = {
        "round": round_.id, "on": day, "within": within, "sampled": sampled,
        "units": sorted({term.unit_id for term in terms}),
        "domains": sorted({term.domain_id for term in terms}),
    }  # fmt: skip
    by_figure: dict[tuple[int, int], list[Term]] = defaultdict(list)
    for term in terms:
        by_figure[term.unit_id, term.domain_id].append(term)
    cells = []
    for statement in (CENSUS_CELLS, SAMPLE_CELLS)[: 1 + sampled]:
        for unit_id, domain_id, form_id, partner_id, n, *rest in driver().execute(statement, asked):
            form = (form_id, partner_id)
            for term in by_figure[unit_id, domain_id]:
                cell = Cell(term, form, *rest)
                found.asked[cell.stratum, form] = n
                if not cell.of_households:
                    found.of_villages.add(cell.stratum)
                cells.append(cell)
    return cells


def _said(round_: Round, form: Form, cells: Sequence[Cell]) -> Iterable[Any]:
    form_id, partner_id = form
    wanted = []
    for cell in cells:
        term = cell.term
        counts = term.factor / term.denominator
        scores = (term.value, counts * cell.factor, counts * cell.scale)
        wanted.append((cell.village_id, cell.part, term.domain_id, term.line, *scores))
    villages = sorted({row[0] for row in wanted})
    what = {**ALONE, "only": f"and c.form_id = {form_id}"}
    if partner_id:
        (join,) = (j for j in joins_in_force() if (j.form_id, j.partner_id) == form)
        what["observed"] = OF_PAIRS.format(partner=join.partner_of("c", NOW["counted"]))
    said = SAID.format(**NOW, **what)
    pairs = columns((round_.id, village_id) for village_id in villages)
    domains = sorted({cell.term.domain_id for cell in cells})
    return driver().execute(said, [*pairs, *columns(wanted), domains])


def of_line(scores: Iterable[Score], line: int | None) -> list[Score]:
    """Those of one line of the sum, or of all."""
    return [score for score in scores if line is None or score.line == line]
