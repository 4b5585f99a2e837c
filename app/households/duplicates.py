"""Households of the registry that may be one: by name, by telephone, by where they stand."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts.actors import Actor
from app.db import db, driver
from app.errors import BadRequest
from app.households.changes import find_household
from app.households.models import DistinctHouseholds
from app.households.queries import by_codes
from app.org_units.hierarchy import descendants

NEAR = 15.0  # metres; houses of one yard
MOST_PAIRS = 200
METRES = 111_320  # of one degree of latitude

# Within a village by name and place (a square of NEAR on each side), in the programme by telephone.
PAIRS = """
with known as (
    select h.code, h.village_id, h.number, l.search_key, l.phone, l.latitude, l.longitude
    from households h join household_labels l on l.household_id = h.id
    where h.project_id = %(project)s
), pairs as (
    select a.code as one, b.code as other, 'name' as reason, a.village_id as va, b.village_id as vb
    from known a join known b using (village_id, search_key)
    where a.code < b.code and search_key <> ''
    union all
    select a.code, b.code, 'phone', a.village_id, b.village_id
    from known a join known b using (phone) where a.code < b.code
    union all
    select a.code, b.code, 'place', a.village_id, b.village_id
    from known a join known b using (village_id)
    where a.code < b.code and abs(a.latitude - b.latitude) * %(metres)s < %(near)s
      and abs(a.longitude - b.longitude) * %(metres)s * cos(radians(a.latitude)) < %(near)s
)
select one, other, array_agg(distinct reason order by reason)
from pairs
where (va = any(%(villages)s) or vb = any(%(villages)s))
  and not exists (select from distinct_households d
                  where (d.project_id, d.one, d.other) = (%(project)s, pairs.one, pairs.other))
group by one, other
order by count(distinct reason) desc, one, other
limit %(most)s
"""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two households that look like one, and by what: `name`, `phone`, `place`."""

    one: str
    other: str
    reasons: tuple[str, ...]


def find_pairs(project_id: int, village_ids: Collection[int]) -> list[Pair]:
    """The pairs of these villages that nobody has settled, the likeliest first."""
    asked = {
        "project": project_id,
        "villages": list(village_ids),
        "metres": METRES,
        "near": NEAR,
        "most": MOST_PAIRS,
    }
    return [Pair(one, other, tuple(by)) for one, other, by in driver().execute(PAIRS, asked)]


def likely_pairs(project_id: int, unit_id: int, *, actor: Actor) -> list[Pair]:
    """The pairs of a place of which the actor sees both households."""
    villages = [unit_id, *(village.id for village in descendants(unit_id, "village"))]
    pairs = find_pairs(project_id, villages)
    seen = by_codes(actor, project_id, {code for pair in pairs for code in (pair.one, pair.other)})
    return [pair for pair in pairs if {pair.one, pair.other} <= seen.keys()]


def keep_apart(project_id: int, one: str, other: str, *, actor: Actor) -> None:
    """Notes that two households are two; the pair leaves the queue."""
    if one == other:
        raise BadRequest("Name two households.")
    for code in (one, other):
        find_household(project_id, code, actor=actor)
    pair = {"project_id": project_id, "one": min(one, other), "other": max(one, other)}
    statement = insert(DistinctHouseholds).values(decided_by=actor.label, **pair)
    db.session.execute(statement.on_conflict_do_nothing())
    audit.record(actor.label, "household.kept_apart", f"household:{one}", other=other)
