"""The whole tree of one day, read once: for many look-ups in a row, without the database."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from app.clock import today
from app.db import driver

TREE = """
select u.id, coalesce(u.public_id, c.code), u.level, coalesce(n.type, u.type),
       coalesce(n.name, u.name), p.parent_id
from org_units u
left join org_unit_codes c on c.org_unit_id = u.id
     and c.valid_from <= %(on)s and coalesce(c.valid_to, 'infinity') >= %(on)s
left join org_unit_parents p on p.unit_id = u.id
     and p.valid_from <= %(on)s and coalesce(p.valid_to, 'infinity') >= %(on)s
left join org_unit_names n on n.unit_id = u.id and n.valid_from <= %(on)s and n.valid_to >= %(on)s
where u.valid_from <= %(on)s and coalesce(u.valid_to, 'infinity') >= %(on)s
order by u.sort_key, u.id
"""


class Place(NamedTuple):
    """A place as it was called on the day, and what it lay in right above."""

    id: int
    code: str | None
    level: str
    type: str
    name: str
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Tree:
    """All places of a day, in alphabetical order."""

    on: date
    places: Mapping[int, Place]
    by_code: Mapping[str, Place]
    below: Mapping[int | None, list[Place]]

    def ancestors(self, unit_id: int) -> Iterator[Place]:
        """What a place lies in, nearest first."""
        place = self.places.get(unit_id)
        while place is not None and place.parent_id is not None:
            place = self.places.get(place.parent_id)
            if place is not None:
                yield place

    def descendants(self, unit_id: int) -> Iterator[Place]:
        """All that lies in a place, each before what lies in it."""
        for place in self.below.get(unit_id, ()):
            yield place
            yield from self.descendants(place.id)


def read_tree(on: date | None = None) -> Tree:
    """The tree of a day (default: today): three tiers until 30 June 2025, two since."""
    day = on or today()
    rows = driver().execute(TREE, {"on": day}).fetchall()
    places = [Place._make(row) for row in rows]
    below: dict[int | None, list[Place]] = defaultdict(list)
    for place in places:
        below[place.parent_id].append(place)
    by_code = {place.code: place for place in places if place.code is not None}
    return Tree(day, {place.id: place for place in places}, by_code, below)
