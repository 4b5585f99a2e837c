"""The places figures are of."""

from datetime import date
from typing import NamedTuple

from app.accounts.actors import Actor
from app.accounts.scope import WITHIN, reach
from app.db import driver

PLACES = f"""
select u.id, coalesce(u.public_id, c.code), u.type, u.name, u.level
from org_unit_ancestors a
join org_units u on u.id = a.unit_id
left join lateral (
    select code from org_unit_codes
    where org_unit_id = u.id
      and valid_from <= %(on)s and (valid_to is null or valid_to >= %(on)s)
    limit 1
) c on true
where a.ancestor_id = %(unit)s and u.level = %(level)s
  and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
  and u.valid_from <= %(on)s and (u.valid_to is null or u.valid_to >= %(on)s)
  and {WITHIN.format(column="u.id")}
order by u.sort_key, u.id
"""  # noqa: S608 - put together from constants


class Place(NamedTuple):
    """A place as figures name it; the code is the official one, or a village's public id."""

    id: int
    code: str | None
    type: str
    name: str
    level: str


def places_of(  # noqa: PLR0917 - each narrows the question
    actor: Actor,
    project_id: int,
    unit_id: int,
    level: str,
    on: date,
    capability: str = "indicator.read",
) -> list[Place]:
    """Places of a level at or below a unit, as far as the reader's rights go, in their order."""
    asked = {"unit": unit_id, "level": level, "on": on}
    asked |= reach(actor, capability, project_id)
    return [Place(*row) for row in driver().execute(PLACES, asked)]
