"""Households follow the ground of their village when it becomes another, or several."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.db import columns, driver
from app.errors import BadRequest
from app.households.versions import lock_numbers

HOUSEHOLDS = "select id, code, number from households where village_id = any(%s) order by code"
# Of those with one number in their new village, who was there keeps it, then the first by code; the
# others get the next free ones.
MOVE = """
with moving as (
    select h.id, h.project_id, h.code, k.village, k.number
    from unnest(%s::int[], %s::int[], %s::int[]) as k (id, village, number)
    join households h on h.id = k.id
), numbered as (
    select project_id, village, number, id, row_number() over (
        partition by project_id, village, number order by is_new, code) > 1 as is_taken
    from (select project_id, village, number, id, code, true as is_new from moving
          union all
          select h.project_id, h.village_id, h.number, h.id, h.code, false from households h
          where h.village_id in (select village from moving) and h.id not in (select id from moving)
         ) meeting
    where number is not null
), placed as (
    select m.id, m.village, case when n.is_taken then
               (select max(o.number) from numbered o
                where (o.project_id, o.village) = (m.project_id, m.village))
               + row_number() over (
                   partition by m.project_id, m.village, n.is_taken order by m.code)
           else m.number end as number
    from moving m left join numbered n on n.id = m.id
)
update households h set village_id = p.village, number = p.number, updated_at = now()
from placed p where h.id = p.id
"""
WHERE = "select id, village_id, number from households where village_id = any(%s) order by id"
POINTS = """
select h.code, l.longitude, l.latitude
from households h join household_labels l on l.household_id = h.id
where h.village_id = %s and l.longitude is not null and l.latitude is not null
"""
PROJECTS = "select distinct project_id from households where village_id = any(%s)"


class Point(NamedTuple):
    """WGS 84 degrees."""

    longitude: float
    latitude: float


class Place(NamedTuple):
    """A village, and the number that a household has there."""

    village: int
    number: int | None


def where_they_are(village_ids: Sequence[int]) -> dict[int, Place]:
    """By id of a household of these villages, its place."""
    rows = driver().execute(WHERE, (list(village_ids),)).fetchall()
    return {pk: Place(village, number) for pk, village, number in rows}


def points_of(village_id: int) -> dict[str, Point]:
    """By code of a household of this village, where its house stands, as far as it is known.

    To be compared with points of new villages, never to be shown.
    """
    return {code: Point(*point) for code, *point in driver().execute(POINTS, (village_id,))}


def move(places: Mapping[int, Place]) -> None:
    """Puts households (by id) into places; a number that is taken becomes the next free one."""
    if places:
        lock_numbers({place.village for place in places.values()})
        rows = [(pk, *place) for pk, place in sorted(places.items())]
        driver().execute(MOVE, columns(rows))


def move_all(from_ids: Sequence[int], to_id: int) -> None:
    """All households of some villages move into one."""
    places = where_they_are(from_ids)
    move({pk: Place(to_id, place.number) for pk, place in places.items()})


def move_apart(
    village_id: int,
    parts: Mapping[int, Point | None],
    by_list: Mapping[str, int | Point],
) -> None:
    """Each household of a divided village goes where a list says, by its code.

    The list names the new village, or the point of the house, which goes to the nearest of the new
    villages' points. A household that the list leaves out stops the division: nobody is put
    anywhere without being looked at.
    """
    households = driver().execute(HOUSEHOLDS, ([village_id],)).fetchall()
    missing = [code for _, code, _ in households if code not in by_list]
    if missing:
        raise BadRequest(
            "%(count)s households have no new village yet: %(codes)s.",
            count=len(missing),
            codes=_some(missing),
        )
    unknown = sorted(set(by_list) - {code for _, code, _ in households})
    if unknown:
        raise BadRequest(
            "These households are not in the village: %(codes)s.", codes=_some(unknown)
        )
    places = {pk: Place(_part(by_list[code], parts), number) for pk, code, number in households}
    if len(places) > 1 and len({place.village for place in places.values()}) == 1:
        raise BadRequest("All households would go to one village; then nothing is divided.")
    move(places)


def _part(said: int | Point, parts: Mapping[int, Point | None]) -> int:
    if isinstance(said, Point):
        known = {village: point for village, point in parts.items() if point is not None}
        if len(known) < len(parts):
            raise BadRequest("Give each new village a point, so that houses find the nearest one.")
        return min(known, key=lambda village: _distance(said, known[village]))
    if said not in parts:
        raise BadRequest("A household can only go to one of the new villages.")
    return said


def _distance(one: Point, other: Point) -> float:
    """Degrees of latitude; good within a commune."""
    east = (one.longitude - other.longitude) * math.cos(math.radians(one.latitude))
    return math.hypot(east, one.latitude - other.latitude)


def projects_of(village_ids: Iterable[int]) -> set[int]:
    """The projects that have households there."""
    rows = driver().execute(PROJECTS, (list(village_ids),)).fetchall()
    return {project_id for (project_id,) in rows}


def _some(codes: Sequence[str]) -> str:
    return ", ".join(codes[:5]) + (", …" if len(codes) > 5 else "")  # noqa: PLR2004
