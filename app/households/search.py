"""Which households of the registry are asked for, and in which order: their ids.

All of a project are walked along an index. Of a part of it the first of each village are taken from
an index, and the first of these: what a page shows is read, and not what the place has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    func,
    literal,
    or_,
    select,
    true,
    union,
)
from sqlalchemy.orm import aliased

from app.accounts.actors import Actor
from app.accounts.scope import holds_whole, within
from app.db import db
from app.households.models import Household, HouseholdLabel
from app.households.naming import begins
from app.households.order import ORDERS, Key, Last, behind, by_name, sorted_by
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.org_units.names import fold

READ = "submission.read"
NAMES = "personal.read"
MOST_DIGITS = 9
MOST_COUNTED = 1000  # more would have to be read
FEW_VILLAGES = 100  # of which each is asked for its first


@dataclass(frozen=True, slots=True)
class Search:
    """Which households are asked for; `text` is a code, a number, or (with `named`) a name."""

    project_id: int
    unit_id: int | None = None
    text: str = ""
    named: bool = False  # the reader sees names, where that is allowed


def count_households(actor: Actor, asked: Search, most: int = MOST_COUNTED) -> int:
    """How many there are on all pages; `most` + 1 stands for more."""
    found = _found(actor, asked).limit(most + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(found)) or 0


def find_ids(
    actor: Actor, asked: Search, sort: str, most: int, after: Last | None
) -> tuple[Sequence[Key], Sequence[int]]:
    """By what is sorted, and the ids of the first households behind the last one."""
    villages = _few_villages(actor, asked) if sort != "place" and not asked.text else None
    if villages is None:
        keys, found = _in_order(actor, asked, sort)
    else:
        keys, found = ORDERS[sort], _of_project(asked)
    if after is not None:
        found = found.where(behind(keys, after))
    found = found.order_by(*sorted_by(keys)).limit(most)
    if villages is not None:
        found = _of_each(villages, found, keys).limit(most)
    return keys, db.session.scalars(found).all()


def keys_of(actor: Actor, asked: Search, sort: str) -> Sequence[Key]:
    """By what is sorted."""
    return _in_order(actor, asked, sort)[0]


def _in_order(actor: Actor, asked: Search, sort: str) -> tuple[Sequence[Key], Select[int]]:
    """By what is sorted, and the ids that are.

    All of a project are walked along their index; of a part of it the villages are sorted first.
    """
    if sort != "place":
        return ORDERS[sort], _found(actor, asked)
    if asked.unit_id is None and holds_whole(actor, READ, asked.project_id):
        return ORDERS["village"], _found(actor, asked)
    # One by one, for PostgreSQL would take them to be few otherwise, and read all households.
    seen = db.session.scalars(select(OrgUnit.id).where(*there(actor, asked, OrgUnit.id))).all()
    villages = select(OrgUnit).where(OrgUnit.id.in_(seen))
    village = aliased(OrgUnit, villages.order_by(OrgUnit.sort_key, OrgUnit.id).subquery())
    return by_name(village), _found(actor, asked, village)


def _few_villages(actor: Actor, asked: Search) -> Sequence[int] | None:
    """The villages of a part of the project; None where they are many."""
    if asked.unit_id is None:
        return None
    seen = select(OrgUnit.id).where(*there(actor, asked, OrgUnit.id)).limit(FEW_VILLAGES + 1)
    villages = db.session.scalars(seen).all()
    return villages if len(villages) <= FEW_VILLAGES else None


def _of_each(villages: Sequence[int], first: Select[int], keys: Sequence[Key]) -> Select[int]:
    """The first of each village, which its index gives in order, and the first of these."""
    village = select(func.unnest(literal(list(villages), ARRAY(Integer))).label("id")).subquery()
    shown = (key.column.label(f"key_{number}") for number, key in enumerate(keys))
    own = first.add_columns(*shown).where(Household.village_id == village.c.id).lateral()
    order = sorted_by([replace(k, column=own.c[f"key_{n}"]) for n, k in enumerate(keys)])
    return select(own.c.id).select_from(village.join(own, true())).order_by(*order)


def _found(actor: Actor, asked: Search, village: Any = None) -> Select[int]:
    """The households' ids alone; `village` may be the villages that are asked for, chosen before.

    What else a line shows would be read of all that are sorted.
    """
    statement = _of_project(asked)
    if village is None:
        statement = statement.where(*there(actor, asked, Household.village_id))
    else:
        statement = statement.join(village, village.id == Household.village_id)
    if asked.text:
        said = [begins(Household.code, code) for code in {asked.text, asked.text.upper()}]
        if asked.text.isascii() and asked.text.isdigit() and len(asked.text) <= MOST_DIGITS:
            said.append(Household.number == int(asked.text))
        if asked.named and fold(asked.text):
            statement = statement.outerjoin(
                HouseholdLabel, HouseholdLabel.household_id == Household.id
            )
            name = HouseholdLabel.search_key.contains(fold(asked.text), autoescape=True)
            said.append(name & may_name(actor, asked))
        statement = statement.where(or_(*said))
    return statement


def _of_project(asked: Search) -> Select[int]:
    return select(Household.id).where(Household.project_id == asked.project_id)


def there(actor: Actor, asked: Search, column: Any) -> list[ColumnElement[bool]]:
    """Conditions: a village lies where the actor may read, and in the place asked for."""
    conditions = [within(column, actor, READ, asked.project_id)]
    if asked.unit_id is not None:
        inside = select(OrgUnitAncestor.unit_id).where(
            OrgUnitAncestor.ancestor_id == asked.unit_id, OrgUnitAncestor.valid_to.is_(None)
        )
        # One set, so that the villages' index is used.
        places = union(inside, select(literal(asked.unit_id))).subquery()
        conditions.append(column.in_(select(places.c.unit_id)))
    return conditions


def may_name(actor: Actor, asked: Search) -> ColumnElement[bool]:
    """Condition: the household's name is asked for, and open to the actor."""
    if not asked.named:
        return ~true()
    return within(Household.village_id, actor, NAMES, asked.project_id)
