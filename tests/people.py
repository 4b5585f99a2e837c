"""Projects, places and people that tests are about, in one line each."""

from app.accounts import users
from app.accounts.actors import OPERATOR, Actor, app_user_actor, user_actor
from app.accounts.app_users import create_app_user
from app.accounts.grants import grant_role
from app.accounts.models import AppUser, User
from app.org_units.models import OrgUnit
from app.org_units.queries import find_by_code
from app.org_units.villages import create_village
from app.projects.models import Project
from app.projects.queries import create_project

GIA_LAI = "52"
IA_DOM = "23872"  # a commune of Gia Lai
PLEIKU = "23575"  # another one
HA_NOI = "01"
PASSWORD = "lúa chín vàng"


def unit(code: str) -> OrgUnit:
    """The province or commune with this official code."""
    found = find_by_code(code)
    assert found is not None, code
    return found


def project(code: str = GIA_LAI, name: str = "Xã hội số") -> Project:
    """A survey programme of a province."""
    return create_project(name, unit(code).id)


def village(name: str = "Mook Đen", commune: str = IA_DOM, type: str = "làng") -> OrgUnit:  # noqa: A002
    """A village of a commune."""
    return create_village(unit(commune).id, name, type)


def person(
    role: str | None = "commune_reviewer",
    place: OrgUnit | str = IA_DOM,
    *,
    of: Project | None = None,
    username: str | None = None,
) -> User:
    """Somebody who signs in with PASSWORD and holds a role at a place."""
    name = username or f"{role or 'guest'}.{len(users.list_users())}"
    user = users.create_user(OPERATOR, username=name, full_name=name, password=PASSWORD)
    if role is not None:
        at = unit(place) if isinstance(place, str) else place
        grant_role(OPERATOR, user, role=role, unit_id=at.id, project_id=(of or project()).id)
    return user


def actor(role: str | None = "commune_reviewer", place: OrgUnit | str = IA_DOM, **who) -> Actor:
    """Somebody with a role at a place, as rights see them."""
    return user_actor(person(role, place, **who).id)


def surveyor(*places: OrgUnit, of: Project, username: str = "dtv01") -> AppUser:
    """A surveyor's phone that works in some places."""
    return create_app_user(of.id, "Rơ Châm H'Lan", username, username, [p.id for p in places])


def surveyor_actor(*places: OrgUnit, of: Project, username: str = "dtv01") -> Actor:
    """The same, as rights see it."""
    return app_user_actor(surveyor(*places, of=of, username=username).id)
