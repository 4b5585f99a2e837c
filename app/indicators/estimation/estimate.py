"""Estimates of every indicator in every domain of a table of observations."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.indicators.estimation.calibrate import calibrate
from app.indicators.estimation.design import draw, stratum_key
from app.indicators.estimation.domain import DomainEstimator
from app.indicators.estimation.elements import Element
from app.indicators.estimation.plan import DataFault, Domain, Indicator, Plan
from app.indicators.estimation.result import Estimate
from app.indicators.estimation.rows import BLANK, Row

Group = tuple[str, str]  # unit, and value of the breakdown
WHOLE = "ALL"


@dataclass(frozen=True, slots=True)
class Answers:
    """Rows an indicator is about, and those of them with an answer, by position in the sample."""

    eligible: set[int]
    elements: dict[int, Element]


def estimate(
    rows: Sequence[Row], plan: Plan, totals: Sequence[Row] = (), empty: Sequence[Row] = ()
) -> Iterator[Estimate]:
    """Estimates in the order of the plan's domains, their groups, and its indicators.

    `rows` are all rows of the file: those the filter leaves out still say which units and strata
    there are. `totals` are the rows of the file that a calibration names. `empty` are rows of
    sampled units without anybody of the population that is calibrated. Raises DataFault.
    """
    kept = [row for row in rows if all(row.is_one_of(c, wanted) for c, wanted in plan.filter)]
    if not kept:
        raise DataFault("no row is left by the filter" if plan.filter else "there are no rows")
    sample = draw([*kept, *empty], plan)
    weights: Sequence[float] = sample.weights[: len(kept)]
    fitted = None
    if plan.calibration:
        fitted = calibrate(plan.calibration, totals, kept, weights, sample.unit_of[: len(kept)])
        weights = fitted.weights
    estimator = DomainEstimator(sample, plan.lonely, fitted)
    answers = [_answers(kept, weights, indicator) for indicator in plan.indicators]
    for domain in plan.domains:
        left_out = _strata_left_out(rows, kept, plan, domain)
        for group, inside in _groups(rows, kept, domain).items():
            for indicator, given in zip(plan.indicators, answers, strict=True):
                result = _begin(domain, group, indicator, given, inside)
                result.strata_left_out = left_out.get(group[0], "")
                elements = {row: given.elements[row] for row in inside if row in given.elements}
                estimator.fill(result, elements)
                yield result


def _begin(
    domain: Domain, group: Group, indicator: Indicator, given: Answers, inside: Sequence[int]
) -> Estimate:
    eligible = sum(row in given.eligible for row in inside)
    valid = sum(row in given.elements for row in inside)
    return Estimate(
        domain.level,
        group[0],
        domain.breakdown or "",
        group[1],
        indicator.code,
        indicator.kind,
        eligible,
        valid,
        eligible - valid,
    )


def _answers(rows: Sequence[Row], weights: Sequence[float], indicator: Indicator) -> Answers:
    """Missing answers leave both numerator and denominator; nobody counts as a no."""
    answers = Answers(set(), {})
    for position, row in enumerate(rows):
        if indicator.eligible and not row.yes(indicator.eligible):
            continue
        answers.eligible.add(position)
        y = row.number_in(indicator.y)
        x = row.number_in(indicator.x) if indicator.x else 1.0
        if indicator.kind == "prop" and y is not None and not 0 <= y <= 1:
            raise DataFault(f"{y:g} is not a share", row=row.number, column=indicator.y)
        if y is not None and x is not None:
            answers.elements[position] = Element(weights[position], y, x)
    return answers


def _groups(rows: Sequence[Row], kept: Sequence[Row], domain: Domain) -> dict[Group, list[int]]:
    """Positions in the sample of each group's rows; groups without a sampled row are there too."""
    seen = {group for row in rows if (group := _group(row, domain)) is not None}
    inside: dict[Group, list[int]] = {group: [] for group in sorted(seen)}
    for position, row in enumerate(kept):
        group = _group(row, domain)
        if group is not None:
            inside[group].append(position)
    return inside


def _group(row: Row, domain: Domain) -> Group | None:
    """Whoever has no value belongs to no group of a breakdown."""
    unit = row.cells[domain.unit] if domain.unit else WHOLE
    value = row.cells[domain.breakdown] if domain.breakdown else ""
    return None if unit in BLANK or (domain.breakdown and value in BLANK) else (unit, value)


def _strata_left_out(
    rows: Sequence[Row], kept: Sequence[Row], plan: Plan, domain: Domain
) -> dict[str, str]:
    """For each unit its strata without a sampled row."""
    sampled = {stratum_key(row, plan) for row in kept}
    left_out: dict[str, set[str]] = {}
    for row in rows:
        key = tuple(row.cells[column] for column in plan.strata)
        if key not in sampled and not set(key) & set(BLANK):
            unit = row.cells[domain.unit] if domain.unit else WHOLE
            left_out.setdefault(unit, set()).add(" ".join(key))
    return {unit: "; ".join(sorted(keys)) for unit, keys in left_out.items()}
