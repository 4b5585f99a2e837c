"""The households of a sample with their weights, for a statistician who works on the answers."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.db import driver
from app.indicators.reading import NOW
from app.indicators.sample_reading import DESIGN

# The population of the stratum, for the finite population correction: households as estimated by
# those found; none where villages were drawn, since f = 0 there.
WEIGHTS = (
    DESIGN.format(**NOW)
    + """
select d.household, u.public_id,
       case when p.village_id is null then d.part else coalesce(nullif(d.stratum, ''), '*') end,
       case when p.village_id is null then d.household else v.public_id end,
       case when p.village_id is null then f.factor * f.n end,
       d.role, d.replaces, coalesce(c.outcome, ''), 1 / p.probability,
       case when c.outcome = 'complete' then f.factor end
from samples s
join sample_households d on d.sample_id = s.id and d.role <> 'reserve'
join sample_parts p on p.sample_id = s.id and p.code = d.part
join org_units u on u.id = d.village_id
left join org_units v on v.id = p.village_id
left join parts f on f.form_id = %(form)s and f.part = d.part
left join counted_interviews c
     on (c.round_id, c.form_id, c.subject) = (s.round_id, %(form)s, d.household)
where s.round_id = %(round)s
order by d.household
"""
)


class WeightedHousehold(NamedTuple):
    """A drawn household, or one that stands in; `weight` only where its interview counts."""

    household: str
    village: str
    stratum: str
    psu: str
    population: float | None
    role: str
    replaces: str | None
    outcome: str
    design_weight: float
    weight: float | None


def weighted_households(round_id: int, form_id: int) -> list[WeightedHousehold]:
    """The sample of a round as one household form found it; empty without a sample."""
    rows = driver().execute(WEIGHTS, {"round": round_id, "form": form_id})
    return [WeightedHousehold(*row) for row in rows]


def weights_table(households: Iterable[WeightedHousehold]) -> Iterator[tuple[Any, ...]]:
    """The rows of a CSV, its header first; numbers in full precision, None left blank."""
    yield WeightedHousehold._fields
    for one in households:
        yield tuple(repr(value) if isinstance(value, float) else value for value in one)
