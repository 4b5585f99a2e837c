"""The surveyors of an administrator's territory, and where each of them works."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.grants import grant_role, grants_of, revoke_role
from app.accounts.models import AppUser, RoleGrant
from app.accounts.permissions import SURVEYOR
from app.accounts.scope import within
from app.db import db
from app.errors import BadRequest, Conflict, NotFound
from app.org_units.hierarchy import commune_of
from app.org_units.models import OrgUnit

WORKED_IN = ("village", "commune")  # levels


@dataclass(frozen=True, slots=True)
class Surveyor:
    """A phone's identity with the places it works in."""

    app_user: AppUser
    places: Sequence[OrgUnit]


def list_surveyors(
    actor: Actor, project_id: int, capability: str = "user.manage"
) -> list[Surveyor]:
    """The phones that work only where the actor manages people (or may do else), by name."""
    statement = select(AppUser).where(AppUser.project_id == project_id).order_by(AppUser.name)
    places, managed = _places(project_id), _managed(actor, project_id, capability)
    return [
        Surveyor(found, places[found.id])
        for found in db.session.scalars(statement)
        if {place.id for place in places[found.id]} <= managed
    ]


@dataclass(frozen=True, slots=True)
class CommuneSurveyors:
    """The surveyors who work in a commune or its villages."""

    commune: OrgUnit
    surveyors: list[Surveyor]


def list_surveyors_in(surveyors: Iterable[Surveyor]) -> dict[int, CommuneSurveyors]:
    """By id of the commune, those of these surveyors whose phones have access."""
    groups: dict[int, CommuneSurveyors] = {}
    for surveyor in surveyors:
        around = {c.id: c for place in surveyor.places if (c := commune_of(place.id))}
        for commune in around.values() if surveyor.app_user.revoked_at is None else ():
            groups.setdefault(commune.id, CommuneSurveyors(commune, [])).surveyors.append(surveyor)
    return dict(sorted(groups.items(), key=lambda group: group[1].commune.sort_key))


def get_surveyor(actor: Actor, app_user_id: int) -> Surveyor:
    """One of them; `NotFound` also when it works elsewhere too."""
    app_user = db.session.get(AppUser, app_user_id)
    known = list_surveyors(actor, app_user.project_id) if app_user else []
    for surveyor in known:
        if surveyor.app_user.id == app_user_id:
            return surveyor
    raise NotFound


def widen(by: Actor, app_user: AppUser, unit: OrgUnit) -> None:
    """Lets a phone work in another village or commune; `NotAllowed` where `by` manages nobody."""
    if unit.level not in WORKED_IN:
        raise BadRequest("A surveyor works in villages or communes.")
    where = {"unit_id": unit.id, "project_id": app_user.project_id}
    grant_role(by, app_user, role=SURVEYOR, **where)


def narrow(by: Actor, app_user: AppUser, unit: OrgUnit) -> None:
    """Ends a phone's work in a place; what it sent stays. `Conflict` when it is the only one."""
    held = {grant.org_unit_id for grant in grants_of(app_user)}
    if held == {unit.id}:
        raise Conflict("It is the only place where this phone works. End its access instead.")
    where = {"unit_id": unit.id, "project_id": app_user.project_id}
    if not revoke_role(by, app_user, role=SURVEYOR, **where):
        raise NotFound("This phone does not work there.")


def _managed(actor: Actor, project_id: int, capability: str) -> set[int]:
    """The places of this project's grants that lie where the actor has the capability."""
    inside = within(RoleGrant.org_unit_id, actor, capability, RoleGrant.project_id)
    statement = select(RoleGrant.org_unit_id).where(RoleGrant.project_id == project_id, inside)
    return set(db.session.scalars(statement))


def _places(project_id: int) -> dict[int | None, list[OrgUnit]]:
    """By phone, the places it works in, in alphabetical order."""
    statement = (
        select(RoleGrant.app_user_id, OrgUnit)
        .join(OrgUnit, OrgUnit.id == RoleGrant.org_unit_id)
        .where(RoleGrant.project_id == project_id, RoleGrant.revoked_at.is_(None))
        .order_by(OrgUnit.sort_key)
    )
    places: dict[int | None, list[OrgUnit]] = defaultdict(list)
    for app_user_id, place in db.session.execute(statement):
        places[app_user_id].append(place)
    return places
