"""The phone behind a request: who it is, what it may do, and when its downloads may be others."""

import pytest
from sqlalchemy import delete, update

from app.accounts.actors import OPERATOR, app_user_actor
from app.accounts.app_users import (
    app_user_token,
    device_password,
    find_by_username,
    renew_app_user,
    revoke_app_user,
)
from app.accounts.grants import grant_role
from app.accounts.models import RoleGrant
from app.accounts.permissions import SURVEYOR
from app.accounts.phones import Phone, is_known, phone_by_name, phone_by_token
from app.accounts.tokens import hash_token
from app.clock import now
from app.db import db, transaction
from app.forms.models import Form
from app.households.lists import touch, touch_places
from app.org_units.models import OrgUnit
from app.projects.queries import get_project
from app.rounds.models import Round
from tests import people
from tests.small_forms import WELL, publish


@pytest.fixture
def survey(app):
    with transaction():
        return people.project()


@pytest.fixture
def village(survey):
    with transaction():
        return people.village()


@pytest.fixture
def surveyor(survey, village):
    with transaction():
        return people.surveyor(village, of=survey)


def found(surveyor, project_id=None) -> Phone | None:
    """The phone by its present token; by its name it is the same."""
    project_id = project_id or surveyor.project_id
    by_token = phone_by_token(hash_token(app_user_token(surveyor)), project_id)
    assert phone_by_name(surveyor.username, project_id) == by_token
    assert is_known(hash_token(app_user_token(surveyor)), project_id) == (by_token is not None)
    return by_token


def test_a_phone_is_found_by_its_token_in_its_project_only(surveyor):
    with transaction():
        other = people.project(name="Another survey")

    assert found(surveyor).actor == app_user_actor(surveyor.id)
    assert found(surveyor, other.id) is None
    assert phone_by_token(hash_token("stranger"), surveyor.project_id) is None


def test_a_renewed_phone_has_another_token_and_password(surveyor):
    token, password = app_user_token(surveyor), device_password(surveyor)

    with transaction():
        renew_app_user(surveyor)

    assert phone_by_token(hash_token(token), surveyor.project_id) is None
    assert device_password(found(surveyor)) == device_password(surveyor) != password


def test_a_revoked_phone_is_out_at_once_until_it_is_renewed(surveyor):
    with transaction():
        revoke_app_user(surveyor)
    assert found(surveyor) is None
    assert find_by_username("dtv01", surveyor.project_id) == surveyor

    with transaction():
        renew_app_user(surveyor)
    assert found(surveyor).id == surveyor.id


def test_its_rights_are_those_of_this_moment(surveyor):
    with transaction():
        grant_role(
            OPERATOR, surveyor, role=SURVEYOR, unit_id=people.unit(people.PLEIKU).id,
            project_id=surveyor.project_id,
        )  # fmt: skip
    assert found(surveyor).actor == app_user_actor(surveyor.id)
    assert len(found(surveyor).actor.grants) == 2

    with transaction():
        db.session.execute(update(RoleGrant).values(revoked_at=now()))
    assert found(surveyor).actor.grants == ()


def make_round(surveyor):
    values = {"code": "d1", "name": "Đợt 1", "starts_on": "2026-01-01", "ends_on": "2026-12-31"}
    columns = {name: value for name, value in values.items() if name in Round.__table__.columns}
    db.session.add(Round(project_id=surveyor.project_id, review_policy="hold-all",
                         pick_salt="x", **columns))  # fmt: skip


CHANGES = {
    "a form is closed": lambda _: db.session.execute(update(Form).values(state="closed")),
    "a village is founded": lambda _: people.village("Mook Trêl"),
    "a place is renamed": lambda _: db.session.execute(
        update(OrgUnit).where(OrgUnit.id == people.unit(people.IA_DOM).id).values(name="Ia Dom")
    ),
    "a round begins": make_round,
    "the registry changes": lambda surveyor: touch([surveyor.project_id]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_another_edition_after_whatever_changes_downloads(surveyor, change):
    publish(get_project(surveyor.project_id))
    before = found(surveyor).edition
    assert found(surveyor).edition == before

    with transaction():
        change(surveyor)

    assert found(surveyor).edition != before


def test_households_are_another_edition_only_to_the_phones_of_their_village(surveyor, village):
    with transaction():
        other = people.village("Mook Trang")
    before = found(surveyor).edition

    with transaction():
        touch_places([(surveyor.project_id, other.id)])
    assert found(surveyor).edition == before

    with transaction():
        touch_places([(surveyor.project_id, village.id), (surveyor.project_id, other.id)])
    assert found(surveyor).edition != before


def test_another_edition_after_a_publication(surveyor):
    publish(get_project(surveyor.project_id))
    before = found(surveyor).edition

    publish(get_project(surveyor.project_id), WELL.replace("| well    | 1 ", "| well | 2 "))

    assert found(surveyor).edition != before


def test_a_change_that_is_not_committed_is_no_edition_yet(surveyor):
    publish(get_project(surveyor.project_id))
    before = found(surveyor).edition

    db.session.execute(delete(Form).where(Form.xml_form_id == "none"))
    assert found(surveyor).edition == before
    db.session.rollback()

    assert found(surveyor).edition == before
