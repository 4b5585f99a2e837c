"""The sample as it was drawn: strata, first-stage units (PSU), second-stage units, weights.

Built from all rows of the sample, before any domain is looked at, so that a unit without a member
of a domain still counts as sampled.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from app.indicators.estimation.plan import DataFault, Plan
from app.indicators.estimation.rows import Row

Key = tuple[str, ...]
# A size may be worked out from weights: what it then is off, in rows of one place, and above what
# was sampled although everything was (R's limit).
ROUNDING, WHOLE = 1e-9, 1e-7


@dataclass(slots=True)
class Stage:
    """A place from which units were drawn: a stratum, or a PSU of a two-stage sample."""

    name: str
    population: float | None  # units there are; None: drawn with replacement, or not known
    first: Row
    sampled: int = 0

    @property
    def fraction(self) -> float:
        """Sampled units as a share of all there are; 0 when that is not known."""
        return self.sampled / self.population if self.population else 0.0

    @property
    def is_complete(self) -> bool:
        """Whether every unit there is was sampled, as far as the size can say."""
        return 1 - self.fraction < WHOLE


@dataclass(slots=True)
class Sample:
    """Where each row stands; strata, PSUs and units are numbered from 0.

    A unit is what scores are added up in: the household of a two-stage sample, otherwise the PSU.
    """

    two_stage: bool
    strata: list[Stage] = field(default_factory=list)
    psus: list[Stage] = field(default_factory=list)
    stratum_of: list[int] = field(default_factory=list)  # PSU -> stratum
    psu_of: list[int] = field(default_factory=list)  # unit -> PSU
    unit_of: list[int] = field(default_factory=list)  # row -> unit
    weights: list[float] = field(default_factory=list)  # of each row

    def is_complete(self, psus: Iterable[int]) -> bool:
        """Whether everything was taken in the strata (and PSUs) a domain lies in."""
        found = list(psus)
        stages = [self.strata[self.stratum_of[psu]] for psu in found]
        stages += [self.psus[psu] for psu in found] if self.two_stage else []
        return bool(stages) and all(stage.is_complete for stage in stages)


def stratum_key(row: Row, plan: Plan) -> Key:
    """The stratum a row belongs to."""
    return tuple(row.text(column) for column in plan.strata)


def draw(rows: Sequence[Row], plan: Plan) -> Sample:
    """Build the sample from its rows; raises DataFault for bad weights and population sizes."""
    sample = Sample(two_stage=len(plan.ids) > 1)
    strata: dict[Key, int] = {}
    psus: dict[Key, int] = {}
    units: dict[Key, int] = {}
    for row in rows:
        key = stratum_key(row, plan)
        stratum = _enter(strata, key, sample.strata, row, _column(plan, 0))
        psu_key = (*key, row.text(plan.ids[0]))
        psu = _enter(psus, psu_key, sample.psus, row, _column(plan, 1))
        if psu == len(sample.stratum_of):
            sample.stratum_of.append(stratum)
            sample.strata[stratum].sampled += 1
        unit_key = (*psu_key, row.text(plan.ids[-1]))
        unit = units.setdefault(unit_key, len(units))
        if unit == len(sample.psu_of):
            sample.psu_of.append(psu)
            sample.psus[psu].sampled += 1
        sample.unit_of.append(unit)
        sample.weights.append(row.positive(plan.weight))
    if _are_fractions([*sample.strata, *sample.psus]):
        for stage in (*sample.strata, *sample.psus):
            stage.population = stage.population and stage.sampled / stage.population
    _check_sizes(sample.strata, _column(plan, 0))
    _check_sizes(sample.psus, _column(plan, 1))
    return sample


def _are_fractions(stages: Sequence[Stage]) -> bool:
    """Whether what is said of population sizes are sampled shares: none is above 1, some below."""
    said = [stage.population for stage in stages if stage.population is not None]
    return bool(said) and max(said) <= 1 and min(said) < 1


def _column(plan: Plan, stage: int) -> str | None:
    return plan.fpc[stage] if plan.fpc and stage < len(plan.fpc) else None


def _enter(
    numbers: dict[Key, int], key: Key, stages: list[Stage], row: Row, column: str | None
) -> int:
    """The number of a stratum or PSU, entered when it is new; its size is one for all rows."""
    number = numbers.setdefault(key, len(stages))
    population = row.positive(column) if column else None
    if number == len(stages):
        stages.append(Stage(" ".join(key) or "all", population, row))
        return number
    known = stages[number]
    size = known.population
    if population and size and not math.isclose(population, size, rel_tol=ROUNDING):
        told = f"{population:.12g} differs from {size:.12g}"
        message = f"{told} in row {known.first.number}"
        raise DataFault(f"{message}, of the same {known.name}", row=row.number, column=column or "")
    return number


def _check_sizes(stages: Sequence[Stage], column: str | None) -> None:
    for stage in stages:
        if stage.population is not None and stage.population * (1 + ROUNDING) < stage.sampled:
            message = f"{stage.population:g} is less than the {stage.sampled} sampled"
            raise DataFault(
                f"{message} in {stage.name}", row=stage.first.number, column=column or ""
            )
