"""Households of the registry that may be one: by name, by telephone, by where they stand."""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import WITHIN, reach
from app.db import db, driver
from app.errors import BadRequest
from app.households.changes import find_household
from app.households.models import DistinctHouseholds
from app.households.search import READ
from app.org_units.hierarchy import descendants

NEAR = 15.0  # metres; houses of one yard
MOST_PAIRS = 200
METRES = 111_320  # of one degree of latitude

# Within a village by name and place (a square of NEAR on each side), in the programme by telephone.
# Only households that the reader sees, so that the first pairs are the first of theirs.
PAIRS = f"""
with theirs as (
    select h.code, h.village_id, l.search_key, l.phone, l.latitude, l.longitude
    from households h join household_labels l on l.household_id = h.id
    where h.project_id = %(project)s and h.village_id = any(%(villages)s)
      and {WITHIN.format(column="h.village_id")}
), pairs as (
    select a.code as one, b.code as other, 'name' as reason
    from theirs a join theirs b using (village_id, search_key)
    where a.code < b.code and search_key <> ''
    union all
    select least(a.code, h.code), greatest(a.code, h.code), 'phone'
    from theirs a join household_labels l on l.phone = a.phone
    join households h on h.id = l.household_id and h.project_id = %(project)s
    where h.code <> a.code and {WITHIN.format(column="h.village_id")}
    union all
    select a.code, b.code, 'place'
    from theirs a join theirs b using (village_id)
    where a.code < b.code and abs(a.latitude - b.latitude) * %(metres)s < %(near)s
      and abs(a.longitude - b.longitude) * %(metres)s * cos(radians(a.latitude)) < %(near)s
)
select one, other, array_agg(distinct reason order by reason)
from pairs
where not exists (select from distinct_households d
                  where (d.project_id, d.one, d.other) = (%(project)s, pairs.one, pairs.other))
group by one, other
order by count(distinct reason) desc, one, other
limit %(most)s
"""  # noqa: S608 - our own words


@dataclass(frozen=True, slots=True)
class Pair:
    """Two households that look like one, and by what: `name`, `phone`, `place`."""

    one: str
    other: str
    reasons: tuple[str, ...]


def find_pairs(project_id: int, unit_id: int, *, actor: Actor) -> list[Pair]:
    """The pairs of a place that nobody has settled and of which the actor sees both households.

    The likeliest first, and no more than MOST_PAIRS.
    """
    villages = [unit_id, *(village.id for village in descendants(unit_id, "village"))]
    asked = {
        "project": project_id,
        "villages": villages,
        "metres": METRES,
        "near": NEAR,
        "most": MOST_PAIRS,
    }
    found = driver().execute(PAIRS, asked | reach(actor, READ, project_id))
    return [Pair(one, other, tuple(by)) for one, other, by in found]


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
