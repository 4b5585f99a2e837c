"""Phones: made with their territory, known by a token that can be printed again."""

import re

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR, app_user_actor
from app.accounts.app_users import (
    app_user_token,
    create_app_user,
    device_password,
    find_by_username,
    list_app_users,
    renew_app_user,
    revoke_app_user,
)
from app.accounts.models import AppUser
from app.accounts.phones import phone_by_token
from app.accounts.tokens import hash_token
from app.audit import AuditEvent
from app.db import db
from app.errors import BadRequest, Conflict, NotAllowed
from tests.people import IA_DOM, PLEIKU, actor, project, surveyor, unit, village

pytestmark = pytest.mark.usefixtures("app")


@pytest.fixture
def survey(app):
    return project()


@pytest.fixture
def phone(survey):
    return surveyor(village(), of=survey)


def test_a_token_fits_into_an_address(phone):
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", app_user_token(phone))


def test_the_same_token_and_password_can_be_printed_again(phone):
    token, password = app_user_token(phone), device_password(phone)
    db.session.expire_all()

    again = db.session.scalars(select(AppUser)).one()

    assert (app_user_token(again), device_password(again)) == (token, password)


def test_nothing_in_the_database_opens_a_phone(phone):
    stored = [bytes(v) if isinstance(v, memoryview) else v for v in vars(phone).values()]

    assert hash_token(app_user_token(phone)) in stored
    assert app_user_token(phone) not in stored
    assert device_password(phone) not in stored


def test_another_installation_has_other_tokens(phone, app, monkeypatch):
    here = app_user_token(phone), device_password(phone)
    monkeypatch.setitem(app.config, "SECRET_KEY", "the key of another installation")

    assert app_user_token(phone) != here[0]
    assert device_password(phone) != here[1]


def test_device_passwords_are_typed_easily_and_are_all_different(survey):
    place = village()
    phones = [surveyor(place, of=survey, username=f"dtv{n:02}") for n in range(30)]
    passwords = {device_password(phone) for phone in phones}

    assert len(passwords) == 30
    assert all(re.fullmatch(r"[0-9a-hjkmnp-tv-z]{12}", password) for password in passwords)


def test_a_phone_may_download_and_send_where_it_works(survey):
    places = [village("Mook Đen"), village("Mook Trang")]

    who = app_user_actor(surveyor(*places, of=survey).id)

    assert who.units("list.download") == sorted(place.id for place in places)
    assert who.may("submission.create", survey.id)
    assert not who.may("submission.read")
    assert who.language == "vi"


def test_a_username_is_taken_once_per_project(phone, survey):
    with pytest.raises(Conflict):
        surveyor(village("Mook Trang"), of=survey, username="DTV01")

    assert surveyor(village("Plei"), of=project(name="Another survey"), username="DTV01")
    assert [one.username for one in list_app_users()] == ["dtv01", "dtv01"]


def test_a_phone_without_a_place_is_refused(survey):
    with pytest.raises(BadRequest):
        create_app_user(survey.id, "Lan", "lan", "01", [])


def test_nobody_makes_phones_beyond_their_own_territory(survey):
    administrator = actor("administrator", IA_DOM, of=survey)
    reviewer = actor("commune_reviewer", IA_DOM, of=survey)

    made = create_app_user(survey.id, "Lan", "lan", "01", [unit(IA_DOM).id], by=administrator)

    assert app_user_actor(made.id).units("list.download") == [unit(IA_DOM).id]
    with pytest.raises(NotAllowed):
        create_app_user(survey.id, "Nga", "nga", "02", [unit(PLEIKU).id], by=administrator)
    with pytest.raises(NotAllowed):
        create_app_user(survey.id, "Hoa", "hoa", "03", [unit(IA_DOM).id], by=reviewer)


def test_every_change_is_on_record(phone):
    renew_app_user(phone)
    revoke_app_user(phone, by=OPERATOR)

    acts = db.session.execute(
        select(AuditEvent.action, AuditEvent.actor)
        .where(AuditEvent.subject == f"app_user:{phone.id}")
        .order_by(AuditEvent.id)
    )
    assert [tuple(act) for act in acts] == [
        ("app_user.created", "operator"),
        ("role.granted", "operator"),
        ("app_user.renewed", "operator"),
        ("app_user.revoked", "operator"),
    ]


@pytest.mark.parametrize("token", ["", "\0", "x" * 100_000, "\ud800", "đ", "../../etc/passwd"])
def test_what_is_no_token_finds_no_phone(survey, token):
    assert phone_by_token(hash_token(token), survey.id) is None
    assert find_by_username(token, survey.id) is None
