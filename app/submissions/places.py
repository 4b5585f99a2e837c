"""Finds the places that a batch of interviews names, with one question each to the database.

What an interview says is understood as of its own day: a phone that was away from the net for weeks
may send the code of a commune, or the id of a village, that another has replaced since.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from app.clock import today
from app.db import columns, driver
from app.submissions.reading import Reading

Named = tuple[str, date]  # what an interview calls a place, and its day
EARLIEST = date(2000, 1, 1)  # a phone that says less has lost its clock

# A village that has ended stands for the one that has all of its ground, at distance 0; one that
# was divided stands for itself, and lies in whatever holds all of its parts.
VILLAGES = """
select k.public_id, k.day, coalesce(now.id, u.id), c.ancestor_id
from unnest(%s::text[], %s::date[]) as k (public_id, day)
join org_units u on u.public_id = k.public_id and u.level = 'village'
left join lateral (
    select o.id from org_unit_ancestors a join org_units o on o.id = a.ancestor_id
    where u.valid_to < k.day and a.unit_id = u.id and a.distance = 0 and o.level = 'village'
      and a.valid_from <= k.day and (a.valid_to is null or a.valid_to >= k.day)
) now on true
left join lateral (
    select a.ancestor_id from org_unit_ancestors a join org_units o on o.id = a.ancestor_id
    where a.unit_id = u.id and o.level = 'commune'
      and a.valid_from <= k.day and (a.valid_to is null or a.valid_to >= k.day)
) c on true
"""

# A code means who has it on the day; a retired one, the commune that has all of that ground then.
COMMUNES = """
select k.code, k.day, u.id
from unnest(%s::text[], %s::date[]) as k (code, day)
cross join lateral (
    select o.id
    from org_unit_codes c
    join org_unit_ancestors a on a.unit_id = c.org_unit_id and a.distance = 0
         and a.valid_from <= k.day and (a.valid_to is null or a.valid_to >= k.day)
    join org_units o on o.id = a.ancestor_id and o.level = 'commune'
    where c.code = k.code and c.valid_from <= k.day
    order by c.valid_from desc limit 1
) u
"""

TERRITORIES = """
select g.app_user_id, a.unit_id
from role_grants g
join org_unit_ancestors a on a.ancestor_id = g.org_unit_id and a.valid_to is null
where g.app_user_id = any(%s) and a.unit_id = any(%s) and g.revoked_at is null
"""


@dataclass(frozen=True, slots=True)
class Places:
    """Villages (with their commune) and communes as interviews call them; who may work where."""

    villages: dict[Named, tuple[int, int | None]] = field(default_factory=dict)
    communes: dict[Named, int] = field(default_factory=dict)
    territories: frozenset[tuple[int, int]] = frozenset()

    def village(self, reading: Reading) -> int | None:
        """The village that an interview names."""
        found = self.villages.get((reading.village or "", day_of(reading)))
        return found[0] if found else None

    def commune(self, reading: Reading) -> int | None:
        """The commune that it names."""
        return self.communes.get((reading.commune or "", day_of(reading)))

    def commune_of_village(self, reading: Reading) -> int | None:
        """The commune in which the village it names lay on that day."""
        found = self.villages.get((reading.village or "", day_of(reading)))
        return found[1] if found else None


def day_of(reading: Reading) -> date:
    """The day as of which an interview's places are understood; today when its own is no day."""
    now = today()
    said = reading.said_on
    return said if said is not None and EARLIEST < said <= now else now


def find_places(readings: Sequence[Reading], app_users: Iterable[int | None]) -> Places:
    """The places that these name, and which of them lie in the phones' territories."""
    villages = sorted({(r.village, day_of(r)) for r in readings if r.village})
    communes = sorted({(r.commune, day_of(r)) for r in readings if r.commune})
    connection = driver()
    found = connection.execute(VILLAGES, columns(villages)).fetchall() if villages else []
    known = connection.execute(COMMUNES, columns(communes)).fetchall() if communes else []
    units = sorted({row[2] for row in found})
    senders = sorted({a for a in app_users if a})
    held = connection.execute(TERRITORIES, (senders, units)).fetchall() if units else []
    return Places(
        {(public_id, day): (unit, commune) for public_id, day, unit, commune in found},
        {(code, day): unit for code, day, unit in known},
        frozenset(held),
    )
