"""Counts of places in which villages are withheld: in these, those villages have one weight.

A village counts by its own factor, expected by counted. Sums of whole numbers that are multiplied
by different factors are a code: of 4 a + 1.1 b = 9.5 there is one solution. So what is withheld is
spread over all interviews behind it before it is weighted: whatever the figure of a place tells is
then about the withheld villages together, and the rules that hold without weights are enough.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from app.db import driver
from app.indicators.earlier import Cell
from app.indicators.figures import Figure
from app.indicators.overlaps import is_complement
from app.indicators.reading import RELEASED
from app.indicators.release_models import Release
from app.indicators.sum_models import VillageSum

NAMED = ("round_id", "village_id", "stratum", "domain_id", "form_id", "partner_id")
# Whatever a village says is kept but for its numerators and denominators.
KEPT = tuple(
    column.name
    for column in VillageSum.__table__.columns
    if column.name not in {*NAMED, "cell", "y", "x"}
)

# In tables of their own: PostgreSQL takes statements like these for small, and joined those of a
# province row by row, for minutes.
TABLES = """
drop table if exists pooled_villages, pooled_sums;
create temp table pooled_villages (
    pool int, domain_id int, round_id int, village_id int, stratum text, form_id int,
    partner_id int, n int
) on commit drop;
create temp table pooled_sums (like village_sums including defaults) on commit drop
"""

VILLAGES = """
insert into pooled_villages
select c.pool, c.domain_id, b.round_id, b.village_id, b.stratum, b.form_id, b.partner_id, b.n
from unnest(%(pools)s::int[], %(pooled)s::int[], %(pooled_domains)s::int[])
     as c (pool, village_id, domain_id)
join indicator_domains d on d.id = c.domain_id
join indicator_versions i on i.id = d.indicator_id
join forms f on f.id = i.form_id
join {bases} b on b.round_id = %(round)s and b.village_id = c.village_id and b.n > 0
     and (b.form_id, b.partner_id) = (i.form_id, coalesce(i.partner_id, 0))
     and (b.stratum <> '' or not (%(sampled)s and f.kind in ('household', 'person')))
""".format(**RELEASED)

# A village without anybody in a group that is withheld has its share as well.
SUMS = """
insert into pooled_sums ({columns}, y, x, {kept})
select {named}, y, x, {kept} from {sums} s
where s.round_id = %(round)s and s.domain_id = any(%(domains)s)
  and not exists (
      select from pooled_villages h
      where (h.village_id, h.domain_id) = (s.village_id, s.domain_id))
union all
select {held}, h.n * sum(coalesce(s.y, 0)) over inside / sum(h.n) over inside,
       h.n * sum(coalesce(s.x, 0)) over inside / sum(h.n) over inside, {spread}
from pooled_villages h
left join {sums} s on (s.round_id, s.village_id, s.stratum, s.form_id, s.partner_id, s.domain_id)
     = (h.round_id, h.village_id, h.stratum, h.form_id, h.partner_id, h.domain_id)
window inside as (partition by h.pool, h.domain_id)
""".format(
    **RELEASED,
    columns=", ".join(NAMED),
    named=", ".join(f"s.{name}" for name in NAMED),
    held=", ".join(f"h.{name}" for name in NAMED),
    kept=", ".join(KEPT),
    spread=", ".join(f"coalesce(s.{name}, 0)" for name in KEPT),
)
FOUND_BY = "create index on pooled_sums (village_id, domain_id)"

# Where the sums of a release stand, with what is withheld spread (`reading.statements`).
POOLED = {"bases": RELEASED["bases"], "sums": "pooled_sums"}


class Pool(NamedTuple):
    """A village that is withheld in a group, and the lowest place around it that is not."""

    place_id: int
    village_id: int
    domain_id: int


def pools_of(
    cells: Mapping[Cell, Figure],
    hidden: Collection[Cell],
    around: Mapping[int, int],
    ended: Collection[int] = frozenset(),
) -> Iterator[Pool]:
    """Which villages have a weight together, by group of an indicator.

    `around` says in which place each place lies. Of villages that have `ended` nobody is told what
    counts there by now: they are spread with those that are withheld.
    """
    held = defaultdict(list)
    for unit, parent in around.items():
        held[parent].append(abs(unit))
    untold = [cell for cell in cells if cell.unit in ended and cell not in hidden]
    for cell in (*hidden, *untold):
        figure = cells[cell]
        if is_complement(cell) or figure.level != "village" or figure.domain_id is None:
            continue
        above = (cell._replace(unit=unit) for unit in outwards(cell.unit, around))
        place = next((one for one in above if one in cells and one not in hidden), None)
        if place is not None:
            # Where it was merged of others, that is their ground as well.
            for village in {abs(cell.unit), *held[cell.unit]}:
                yield Pool(place.unit, village, figure.domain_id)


def outwards(unit: int, around: Mapping[int, int]) -> Iterator[int]:
    """The places around a place, from the nearest."""
    while unit in around:
        unit = around[unit]
        yield unit


def spread(
    made: Release, pools: Collection[Pool], domain_ids: Collection[int], *, sampled: bool
) -> Mapping[str, str]:
    """Makes the tables of a release's sums in which what is withheld is spread, and names them.

    They stand until the transaction ends.
    """
    told = {
        "round": made.round_id, "release": made.version,
        "sampled": sampled, "domains": list(domain_ids), **asked(pools),
    }  # fmt: skip
    driver().execute(TABLES)
    driver().execute(VILLAGES, told)
    driver().execute("analyze pooled_villages")
    driver().execute(SUMS, told)
    driver().execute(FOUND_BY)
    driver().execute("analyze pooled_sums")
    return POOLED


def asked(pools: Collection[Pool]) -> dict[str, Any]:
    """What the statements need to know of them."""
    return {
        "pools": [pool.place_id for pool in pools],
        "pooled": [pool.village_id for pool in pools],
        "pooled_domains": [pool.domain_id for pool in pools],
    }
