"""Whoever acts: a person, a phone or the command line, with what they may do and where."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select

from app.accounts.models import AppUser, RoleGrant
from app.accounts.permissions import ROLES
from app.db import db, driver
from app.errors import NotAllowed, SignInNeeded
from app.projects.models import Project


@dataclass(frozen=True, slots=True)
class Grant:
    """A role held at a place; it reaches everything that lies below that place today."""

    project_id: int
    role: str
    unit_id: int


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as far as rights are concerned; read anew for every request."""

    kind: str  # "user", "app_user" or "operator"
    id: int
    name: str
    language: str
    grants: tuple[Grant, ...] = ()

    @property
    def label(self) -> str:
        """How the audit trail names them: `user:3`, `app_user:7`, `operator`."""
        return self.kind if self.is_operator else f"{self.kind}:{self.id}"

    @property
    def is_operator(self) -> bool:
        """The command line may do everything everywhere."""
        return self.kind == "operator"

    def may(self, capability: str, project_id: int | None = None) -> bool:
        """Whether they hold the capability at some place (of one project, when it is named)."""
        return self.is_operator or bool(self.units(capability, project_id))

    def units(self, capability: str, project_id: int | None = None) -> list[int]:
        """The places at which they hold the capability; the operator has none and needs none."""
        return sorted({
            grant.unit_id
            for grant in self.grants
            if capability in ROLES.get(grant.role, ())
            and project_id in {None, grant.project_id}
        })  # fmt: skip

    def projects(self, capability: str) -> list[int]:
        """The projects in which they hold the capability at some place."""
        return sorted({g.project_id for g in self.grants if capability in ROLES.get(g.role, ())})

    def require(self, capability: str, project_id: int | None = None) -> None:
        """Refuses (`NotAllowed`) unless they hold the capability at some place."""
        if not self.may(capability, project_id):
            raise NotAllowed


OPERATOR = Actor("operator", 0, "operator", "en")

PERSON = """
select u.id, u.full_name, u.language, g.project_id, g.role, g.org_unit_id
from users u left join role_grants g on g.user_id = u.id and g.revoked_at is null
where u.id = ({whose}) and u.disabled_at is null
order by g.id
"""


def user_actor(user_id: int) -> Actor:
    """The person with their grants as they are now; `SignInNeeded` when unknown or disabled."""
    actor = find_person("%s::int", user_id)
    if actor is None:
        raise SignInNeeded
    return actor


def find_person(whose: str, *asked: object) -> Actor | None:
    """The person whose id an SQL expression gives, with their grants as they are now.

    None when it gives none, or their account is disabled. One question, as each request asks it.
    """
    db.session.flush()
    rows = driver().execute(PERSON.format(whose=whose), asked).fetchall()
    if not rows:
        return None
    user_id, name, language = rows[0][:3]
    grants = (Grant(*row[3:]) for row in rows if row[3] is not None)
    return Actor("user", user_id, name, language, tuple(grants))


def app_user_actor(app_user_id: int) -> Actor:
    """The phone with its grants as they are now; `SignInNeeded` when unknown or revoked."""
    app_user = db.session.get(AppUser, app_user_id)
    if app_user is None or app_user.revoked_at is not None:
        raise SignInNeeded
    grants = _grants(RoleGrant.app_user_id == app_user_id)
    language = db.session.get_one(Project, app_user.project_id).language
    return Actor("app_user", app_user.id, app_user.name, language, tuple(grants))


def _grants(of_holder: ColumnElement[bool]) -> Iterable[Grant]:
    grant = (RoleGrant.project_id, RoleGrant.role, RoleGrant.org_unit_id)
    held = select(*grant).where(of_holder, RoleGrant.revoked_at.is_(None)).order_by(RoleGrant.id)
    return (Grant(*row) for row in db.session.execute(held))
