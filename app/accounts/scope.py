"""Territory as a condition: every list, detail, count and figure asks for it here."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, or_, select, true
from sqlalchemy.orm import aliased

from app.accounts.actors import Actor
from app.accounts.models import RoleGrant, User
from app.accounts.permissions import ROLES
from app.clock import today
from app.db import db, driver
from app.errors import NotAllowed
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnitAncestor
from app.projects.queries import get_project

# The condition of `within` for statements in SQL, whose values `reach` gives.
WITHIN = """(%(everywhere)s or exists (
    select from org_unit_ancestors around
    where around.unit_id = {column} and around.ancestor_id = any(%(reached)s)
      and around.valid_from <= %(today)s
      and (around.valid_to is null or around.valid_to >= %(today)s)
))"""
AROUND = """
select ancestor_id from org_unit_ancestors
where unit_id = %(unit)s and valid_from <= %(today)s and (valid_to is null or valid_to >= %(today)s)
"""


def within(
    column: Any, actor: Actor, capability: str, project_id: Any = None
) -> ColumnElement[bool]:
    """Condition: `column` holds a place that lies today where the actor has the capability.

    `project_id` is a project's id or the column that holds it; leave it out only for rows that
    belong to no project (places themselves), since a grant reaches into its own project alone.
    """
    if actor.is_operator:
        return true()
    if project_id is None or isinstance(project_id, int):
        return _below(column, actor.units(capability, project_id))
    per_project = (
        and_(project_id == own, _below(column, actor.units(capability, own)))
        for own in actor.projects(capability)
    )
    return or_(false(), *per_project)


def reach(actor: Actor, capability: str, project_id: int | None = None) -> dict[str, Any]:
    """What `WITHIN` asks of an actor; a grant reaches into its own project alone.

    Changes that are still pending are written first: a statement in SQL would not see them.
    """
    db.session.flush()
    return {
        "everywhere": actor.is_operator,
        "reached": actor.units(capability, project_id),
        "today": today(),
    }


def sees(actor: Actor, capability: str, unit_id: int, project_id: int | None = None) -> bool:
    """Whether the actor has the capability at this place today."""
    return bool(held_at(actor, [capability], unit_id, project_id))


def held_at(
    actor: Actor, capabilities: Iterable[str], unit_id: int, project_id: int | None = None
) -> set[str]:
    """Those of some capabilities that the actor has at this place today."""
    if actor.is_operator:
        return set(capabilities)
    reached = {name: set(actor.units(name, project_id)) for name in capabilities}
    if not any(reached.values()):
        return set()
    db.session.flush()
    rows = driver().execute(AROUND, {"unit": unit_id, "today": today()}).fetchall()
    around = {ancestor_id for (ancestor_id,) in rows}
    return {name for name, units in reached.items() if units & around}


def holds_whole(actor: Actor, capability: str, project_id: int) -> bool:
    """Whether the actor has the capability in all of a project's territory."""
    place = get_project(project_id).org_unit_id
    whole = place is not None and sees(actor, capability, place, project_id)
    return actor.is_operator or whole


def require_whole(actor: Actor, capability: str, project_id: int) -> None:
    """Refuses (`NotAllowed`) who has not; what concerns every commune is not decided in one."""
    if not holds_whole(actor, capability, project_id):
        raise NotAllowed


def holders(capability: str, unit_id: int, project_id: int) -> Sequence[User]:
    """The people who have the capability at a place today, by name; disabled ones do not."""
    around = select(OrgUnitAncestor.ancestor_id).where(
        OrgUnitAncestor.unit_id == unit_id, valid_on(OrgUnitAncestor)
    )
    roles = [role for role, capabilities in ROLES.items() if capability in capabilities]
    granted = select(RoleGrant.user_id).where(
        RoleGrant.project_id == project_id,
        RoleGrant.role.in_(roles),
        RoleGrant.revoked_at.is_(None),
        RoleGrant.org_unit_id.in_(around),
    )
    people = select(User).where(User.id.in_(granted), User.disabled_at.is_(None))
    return db.session.scalars(people.order_by(User.full_name, User.id)).all()


def _below(column: Any, unit_ids: list[int]) -> ColumnElement[bool]:
    if not unit_ids:
        return false()
    # A name of its own, so that the condition stands alone in queries that join the same table.
    around = aliased(OrgUnitAncestor)
    return exists().where(
        around.unit_id == column, around.ancestor_id.in_(unit_ids), valid_on(around)
    )
