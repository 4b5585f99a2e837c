"""Giving and taking roles: once each, on record, and never beyond one's own territory."""

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR, user_actor
from app.accounts.grants import grant_role, grants_of, revoke_role
from app.audit import AuditEvent
from app.db import db
from app.errors import BadRequest, NotAllowed
from tests.people import GIA_LAI, HA_NOI, IA_DOM, PLEIKU, person, project, surveyor, unit, village

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def survey(app):
    return project()


def at(code: str, survey) -> dict[str, int]:
    return {"unit_id": unit(code).id, "project_id": survey.id}


def test_the_same_role_given_twice_is_held_once_and_taken_back_whole(survey):
    binh = person(None, username="binh")
    first = grant_role(OPERATOR, binh, role="auditor", **at(IA_DOM, survey))
    again = grant_role(OPERATOR, binh, role="auditor", **at(IA_DOM, survey))

    assert first is again
    assert [held.role for held in grants_of(binh)] == ["auditor"]
    assert revoke_role(OPERATOR, binh, role="auditor", **at(IA_DOM, survey))
    assert grants_of(binh) == []


def test_a_role_taken_back_can_be_given_again(survey):
    binh = person("auditor", IA_DOM, of=survey)
    revoke_role(OPERATOR, binh, role="auditor", **at(IA_DOM, survey))

    grant_role(OPERATOR, binh, role="auditor", **at(IA_DOM, survey))

    assert user_actor(binh.id).may("submission.read")
    acts = select(AuditEvent.action).where(AuditEvent.action.like("role.%"))
    assert db.session.scalars(acts.order_by(AuditEvent.id)).all() == [
        "role.granted", "role.revoked", "role.granted",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["surveyor", "king", "", "Auditor"])
def test_people_get_the_roles_of_people(survey, role):
    with pytest.raises(BadRequest):
        grant_role(OPERATOR, person(None), role=role, **at(IA_DOM, survey))


def test_phones_get_the_role_of_phones(survey):
    phone = surveyor(village(), of=survey)

    grant_role(OPERATOR, phone, role="surveyor", **at(PLEIKU, survey))

    assert {held.org_unit_id for held in grants_of(phone)} >= {unit(PLEIKU).id}
    with pytest.raises(BadRequest):
        grant_role(OPERATOR, phone, role="administrator", **at(IA_DOM, survey))


def test_an_administrator_gives_within_their_territory_and_project_only(survey):
    administrator = user_actor(person("administrator", GIA_LAI, of=survey).id)
    binh = person(None, username="binh")

    grant_role(administrator, binh, role="commune_lead", **at(IA_DOM, survey))

    assert user_actor(binh.id).may("personal.read")
    for place in (at(HA_NOI, survey), at(IA_DOM, project(name="Another survey"))):
        with pytest.raises(NotAllowed):
            grant_role(administrator, binh, role="auditor", **place)
        with pytest.raises(NotAllowed):
            revoke_role(administrator, binh, role="auditor", **place)


@pytest.mark.parametrize(
    "role", ["commune_reviewer", "commune_lead", "province_analyst", "auditor"]
)
def test_nobody_else_gives_or_takes_roles_not_even_their_own(survey, role):
    holder = person(role, IA_DOM, of=survey)
    who = user_actor(holder.id)

    with pytest.raises(NotAllowed):
        grant_role(who, holder, role="administrator", **at(IA_DOM, survey))
    with pytest.raises(NotAllowed):
        revoke_role(who, holder, role=role, **at(IA_DOM, survey))
