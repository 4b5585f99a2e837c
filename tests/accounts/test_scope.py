"""Territory: who holds a right at a place has it below that place, and nowhere else."""

from datetime import date

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR, Actor, Grant, app_user_actor, user_actor
from app.accounts.app_users import revoke_app_user
from app.accounts.grants import grant_role, revoke_role
from app.accounts.models import AppUser
from app.accounts.scope import sees, within
from app.accounts.users import disable_user
from app.clock import today
from app.db import db
from app.errors import NotAllowed, SignInNeeded
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.projects.models import Project
from tests.people import (
    GIA_LAI,
    HA_NOI,
    IA_DOM,
    PLEIKU,
    actor,
    person,
    project,
    surveyor_actor,
    unit,
    village,
)

pytestmark = pytest.mark.usefixtures("app")


def seen_villages(who: Actor, capability: str = "submission.read") -> set[str]:
    inside = select(OrgUnit.name).where(
        OrgUnit.level == "village", within(OrgUnit.id, who, capability)
    )
    return set(db.session.scalars(inside))


@pytest.fixture
def places(app):
    village("Mook Đen", IA_DOM)
    village("Mook Trang", IA_DOM)
    village("Plei Ốp", PLEIKU)


@pytest.mark.parametrize(
    ("role", "place", "seen"),
    [
        ("commune_reviewer", IA_DOM, {"Mook Đen", "Mook Trang"}),
        ("commune_reviewer", PLEIKU, {"Plei Ốp"}),
        ("province_analyst", GIA_LAI, {"Mook Đen", "Mook Trang", "Plei Ốp"}),
        ("province_analyst", HA_NOI, set()),
        ("api_client", GIA_LAI, set()),  # reads figures, not interviews
        (None, IA_DOM, set()),
    ],
)
@pytest.mark.usefixtures("places")
def test_a_role_reaches_down_the_tree_and_not_beside_it(role, place, seen):
    assert seen_villages(actor(role, place)) == seen


@pytest.mark.usefixtures("places")
def test_the_operator_sees_everything():
    assert seen_villages(OPERATOR) == {"Mook Đen", "Mook Trang", "Plei Ốp"}


def test_a_reviewer_sees_the_commune_itself_and_not_the_province_above():
    reviewer = actor("commune_reviewer", IA_DOM)

    assert sees(reviewer, "submission.read", unit(IA_DOM).id)
    assert not sees(reviewer, "submission.read", unit(GIA_LAI).id)
    assert not sees(reviewer, "submission.read", 0)


def test_a_surveyor_gets_lists_of_the_villages_that_are_theirs():
    mook_den = village("Mook Đen")
    village("Mook Trang")

    assert seen_villages(surveyor_actor(mook_den, of=project()), "list.download") == {"Mook Đen"}


def test_each_right_has_its_own_territory():
    survey = project()
    user = person("commune_lead", IA_DOM, of=survey)
    grant_role(OPERATOR, user, role="auditor", unit_id=unit(PLEIKU).id, project_id=survey.id)
    who = user_actor(user.id)

    assert sees(who, "submission.read", unit(PLEIKU).id)
    assert not sees(who, "submission.decide", unit(PLEIKU).id)
    assert not sees(who, "personal.read", unit(PLEIKU).id)
    assert who.units("submission.read") == sorted([unit(IA_DOM).id, unit(PLEIKU).id])


def test_a_right_in_one_project_is_none_in_another():
    ours, theirs = project(), project(name="Another survey")
    who = actor("commune_reviewer", IA_DOM, of=ours)
    column = select(Project.id).where(within(unit(IA_DOM).id, who, "form.read", Project.id))

    assert sees(who, "submission.read", unit(IA_DOM).id, ours.id)
    assert not sees(who, "submission.read", unit(IA_DOM).id, theirs.id)
    assert who.may("submission.read", ours.id)
    assert not who.may("submission.read", theirs.id)
    assert db.session.scalars(column).all() == [ours.id]


def test_the_tree_counts_as_it_is_today():
    mook_den = village("Mook Đen")
    reviewer = actor("commune_reviewer", IA_DOM)
    moved = select(OrgUnitAncestor).where(
        OrgUnitAncestor.unit_id == mook_den.id, OrgUnitAncestor.ancestor_id == unit(IA_DOM).id
    )
    relation = db.session.scalars(moved).one()

    relation.valid_to = today()
    assert sees(reviewer, "submission.read", mook_den.id)
    relation.valid_to = date(2025, 12, 31)
    assert not sees(reviewer, "submission.read", mook_den.id)


def test_what_is_taken_back_ends_at_once():
    survey = project()
    user = person("commune_reviewer", IA_DOM, of=survey)
    place = {"unit_id": unit(IA_DOM).id, "project_id": survey.id}

    assert user_actor(user.id).may("submission.read")
    assert revoke_role(OPERATOR, user, role="commune_reviewer", **place)
    assert not user_actor(user.id).may("submission.read")
    assert not revoke_role(OPERATOR, user, role="commune_reviewer", **place)


def test_disabled_people_and_revoked_phones_are_nobody():
    user = person()
    phone = surveyor_actor(village(), of=project())
    disable_user(OPERATOR, user)
    revoke_app_user(db.session.get_one(AppUser, phone.id))

    with pytest.raises(SignInNeeded):
        user_actor(user.id)
    with pytest.raises(SignInNeeded):
        app_user_actor(phone.id)
    with pytest.raises(SignInNeeded):
        user_actor(0)


def test_a_role_that_no_longer_exists_carries_nothing():
    who = Actor("user", 1, "An", "vi", (Grant(1, "chairman", unit(IA_DOM).id),))

    assert not who.may("submission.read")
    assert not sees(who, "submission.read", unit(IA_DOM).id)


def test_requiring_a_right_refuses_whoever_lacks_it():
    reviewer = actor("commune_reviewer", IA_DOM)

    reviewer.require("submission.decide")
    with pytest.raises(NotAllowed):
        reviewer.require("form.manage")
    OPERATOR.require("form.manage")


def test_names_in_the_audit_trail():
    user = person()

    assert user_actor(user.id).label == f"user:{user.id}"
    assert OPERATOR.label == "operator"
