"""Households follow the ground of their village when it becomes another, or several."""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.db import columns, driver
from app.errors import BadRequest

HOUSEHOLDS = "select id, code from households where village_id = any(%s) order by code"
MOVE = """
update households h set village_id = k.village, updated_at = now()
from unnest(%s::int[], %s::int[]) as k (id, village) where h.id = k.id
"""
WHERE = "select id, village_id from households where village_id = any(%s) order by id"
PROJECTS = "select distinct project_id from households where village_id = any(%s)"


class Point(NamedTuple):
    """WGS 84 degrees."""

    longitude: float
    latitude: float


def where_they_are(village_ids: Sequence[int]) -> dict[int, int]:
    """By id of a household of these villages, its village."""
    return dict(driver().execute(WHERE, (list(village_ids),)).fetchall())


def move(places: Mapping[int, int]) -> None:
    """Puts households (by id) into villages."""
    if places:
        driver().execute(MOVE, columns(sorted(places.items())))


def move_all(from_ids: Sequence[int], to_id: int) -> None:
    """All households of some villages move into one."""
    move(dict.fromkeys(where_they_are(from_ids), to_id))


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
    missing = [code for _, code in households if code not in by_list]
    if missing:
        raise BadRequest(
            "%(count)s households have no new village yet: %(codes)s.",
            count=len(missing),
            codes=_some(missing),
        )
    unknown = sorted(set(by_list) - {code for _, code in households})
    if unknown:
        raise BadRequest(
            "These households are not in the village: %(codes)s.", codes=_some(unknown)
        )
    places = {pk: _part(by_list[code], parts) for pk, code in households}
    if len(places) > 1 and len(set(places.values())) == 1:
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
