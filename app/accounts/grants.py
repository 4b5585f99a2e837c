"""Giving a role at a place, and taking it back; both have effect with the next request."""

from collections.abc import Sequence

from sqlalchemy import Select, select

from app.accounts.actors import Actor
from app.accounts.models import AppUser, RoleGrant, User
from app.accounts.permissions import ROLES, SURVEYOR
from app.accounts.scope import sees
from app.audit import record
from app.clock import now
from app.db import db
from app.errors import BadRequest, NotAllowed


def grant_role(
    by: Actor, holder: User | AppUser, *, role: str, unit_id: int, project_id: int
) -> RoleGrant:
    """Gives a person or a phone a role at a place and below; nobody gives beyond their own."""
    if role not in ROLES or (role == SURVEYOR) != isinstance(holder, AppUser):
        raise BadRequest("The role %(role)s cannot be given to this account.", role=role)
    if not sees(by, "user.manage", unit_id, project_id):
        raise NotAllowed
    grant = _find(holder, role, unit_id, project_id)
    if grant is None:
        grant = RoleGrant(role=role, org_unit_id=unit_id, project_id=project_id)
        grant.user_id = holder.id if isinstance(holder, User) else None
        grant.app_user_id = holder.id if isinstance(holder, AppUser) else None
        db.session.add(grant)
        db.session.flush()
        _record(by, "role.granted", holder, grant)
    return grant


def revoke_role(
    by: Actor, holder: User | AppUser, *, role: str, unit_id: int, project_id: int
) -> bool:
    """Takes a role at a place back; False when it was not held."""
    if not sees(by, "user.manage", unit_id, project_id):
        raise NotAllowed
    grant = _find(holder, role, unit_id, project_id)
    if grant is None:
        return False
    grant.revoked_at = now()
    _record(by, "role.revoked", holder, grant)
    return True


def grants_of(holder: User | AppUser) -> Sequence[RoleGrant]:
    """What a person or a phone holds now, oldest first."""
    return db.session.scalars(_held(holder).order_by(RoleGrant.id)).all()


def _find(holder: User | AppUser, role: str, unit_id: int, project_id: int) -> RoleGrant | None:
    same = _held(holder).where(
        RoleGrant.role == role,
        RoleGrant.org_unit_id == unit_id,
        RoleGrant.project_id == project_id,
    )
    return db.session.scalar(same)


def _held(holder: User | AppUser) -> Select[RoleGrant]:
    column = RoleGrant.user_id if isinstance(holder, User) else RoleGrant.app_user_id
    return select(RoleGrant).where(column == holder.id, RoleGrant.revoked_at.is_(None))


def _record(by: Actor, action: str, holder: User | AppUser, grant: RoleGrant) -> None:
    subject = f"{'user' if isinstance(holder, User) else 'app_user'}:{holder.id}"
    record(by.label, action, subject, role=grant.role, unit_id=grant.org_unit_id)
