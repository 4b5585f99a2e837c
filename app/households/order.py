"""In which order households are listed, and how a list goes on behind one of them.

Each order ends with what no two households share, so that a page begins exactly behind the last.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_

from app.households.models import Household
from app.org_units.models import OrgUnit

NO_NUMBER, NO_SIZE = 2**31 - 1, -1  # those without come last
Last = tuple[Any, ...]  # of the household that was shown last, the value of each key


@dataclass(frozen=True, slots=True)
class Key:
    """By what is sorted: in the database, and of a household that was read."""

    column: Any
    of: Callable[[Household, OrgUnit], Any]
    is_descending: bool = False


CODE = Key(Household.code, lambda one, _: one.code)
NUMBER = Key(
    func.coalesce(Household.number, NO_NUMBER),
    lambda one, _: NO_NUMBER if one.number is None else one.number,
)
SIZE = Key(
    func.coalesce(Household.size, NO_SIZE),
    lambda one, _: NO_SIZE if one.size is None else one.size,
    is_descending=True,
)
CHANGED = Key(Household.updated_at, lambda one, _: one.updated_at, is_descending=True)
VILLAGE = Key(Household.village_id, lambda one, _: one.village_id)

# What people choose from. In a whole project by the first two only, which have their indexes: one
# by what each interview changes would have to be written with each interview.
SORTS = ("place", "code", "size", "changed")
SORTS_OF_ALL = ("place", "code")
ORDERS: Mapping[str, Sequence[Key]] = {
    "id": (Key(Household.id, lambda one, _: one.id),),
    "village": (VILLAGE, NUMBER, CODE),
    "code": (CODE,),
    "size": (SIZE, CODE),
    "changed": (CHANGED, CODE),
}


def by_name(village: Any) -> Sequence[Key]:
    """By the villages' names as Vietnamese sorts them, in a village by number."""
    return (Key(village.sort_key, lambda _, place: place.sort_key), VILLAGE, NUMBER, CODE)


def sorted_by(keys: Sequence[Key]) -> list[ColumnElement[Any]]:
    """What the statement is ordered by."""
    return [key.column.desc() if key.is_descending else key.column.asc() for key in keys]


def last_of(keys: Sequence[Key], household: Household, village: OrgUnit) -> Last:
    """Where the list goes on behind this household."""
    return tuple(key.of(household, village) for key in keys)


def behind(keys: Sequence[Key], last: Last) -> ColumnElement[bool]:
    """Condition: a household comes behind that one; the first key alone leads into an index."""
    condition: ColumnElement[bool] = false()
    for key, value in zip(reversed(keys), reversed(last), strict=True):
        further = key.column < value if key.is_descending else key.column > value
        condition = or_(further, and_(key.column == value, condition))
    first, value = keys[0], last[0]
    begins = first.column <= value if first.is_descending else first.column >= value
    return and_(begins, condition)
