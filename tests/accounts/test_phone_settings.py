"""The QR code's content, decoded as Collect decodes it."""

import base64
import json
import re
import zlib
from urllib.parse import quote

import pytest

from app.accounts.actors import OPERATOR
from app.accounts.app_users import app_user_token, device_password
from app.accounts.collect_schema import mistakes
from app.accounts.phone_settings import (
    PhoneOptions,
    collect_settings,
    leads_home,
    options_of,
    project_url,
    set_options,
    surveyor_settings,
)
from app.audit import AuditEvent
from app.db import db, transaction
from app.errors import BadRequest, NotAllowed
from tests import people

HOME = "https://so.example"


def decoded(code: str) -> dict:
    """Standard base64 of deflated UTF-8 JSON, as Collect reads it; anything else is an error."""
    return json.loads(zlib.decompress(base64.b64decode(code, validate=True)).decode())


@pytest.fixture
def phone(app):
    with transaction():
        project = people.project()
        return project, people.surveyor(people.village(), of=project)


def test_a_code_with_a_token(phone):
    project, app_user = phone
    settings = decoded(surveyor_settings(app_user, project, HOME))
    assert mistakes(settings) == []
    url = f"{HOME}/v1/key/{app_user_token(app_user)}/projects/{project.id}"
    assert settings == {
        "general": {
            "server_url": url,
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_one_hour",
            "autosend": "wifi_and_cellular",
            "image_size": "original_image_size",
            "delete_send": False,
            "metadata_username": "dtv01",
        },
        "admin": {},
        "project": {"name": "Xã hội số", "color": "#0b5c56", "icon": "🏡"},
    }


def test_a_code_with_name_and_password(phone):
    project, app_user = phone
    settings = decoded(surveyor_settings(app_user, project, HOME, by_name=True))
    assert mistakes(settings) == []
    general = settings["general"]
    assert general["server_url"] == f"{HOME}/v1/projects/{project.id}"
    assert (general["username"], general["password"]) == ("dtv01", device_password(app_user))
    assert app_user_token(app_user) not in json.dumps(settings)


def test_a_project_sets_its_phones(phone):
    project, app_user = phone
    options = PhoneOptions(
        name="Điều tra số", color="#a0c", icon="Đ", autosend="wifi_only", app_language="vi",
        delete_send=True,
    )  # fmt: skip
    with transaction():
        set_options(project.id, options, OPERATOR)
    db.session.refresh(project)
    assert options_of(project) == options
    settings = decoded(surveyor_settings(app_user, project, HOME))
    assert mistakes(settings) == []
    assert settings["project"] == {"name": "Điều tra số", "color": "#a0c", "icon": "Đ"}
    assert settings["general"]["app_language"] == "vi"
    assert db.session.query(AuditEvent).filter_by(action="project.phones_set").count() == 1


@pytest.mark.parametrize(
    "wrong", [{"color": "red"}, {"autosend": "x"}, {"image_size": ""}, {"name": "x" * 61}]
)
def test_what_phones_would_not_take_is_not_kept(phone, wrong):
    project, _ = phone
    with transaction(), pytest.raises(BadRequest):
        set_options(project.id, PhoneOptions(**wrong), OPERATOR)
    db.session.rollback()
    assert options_of(project) == PhoneOptions()


def test_one_commune_does_not_set_the_phones_of_all(phone):
    project, _ = phone
    with transaction():
        administrator = people.actor("administrator", of=project)
    with transaction(), pytest.raises(NotAllowed):
        set_options(project.id, PhoneOptions(name="x"), administrator)


def test_vietnamese_stays_as_it_is():
    assert decoded(collect_settings(HOME, "Xã Ia Dơm", "đtv"))["project"]["name"] == "Xã Ia Dơm"


@pytest.mark.parametrize(
    ("address", "home"),
    [
        ("http://localhost:8000", True),
        ("http://127.0.0.1:8000", True),
        ("http://[::1]:8000", True),
        ("http://0.0.0.0:8000", True),
        ("http://192.168.1.5:8000", False),
        ("https://so.example.vn", False),
    ],
)
def test_addresses_that_lead_a_phone_nowhere(address, home):
    assert leads_home(address) is home


def test_the_address_stays_the_same_whatever_a_project_changes(phone):
    """Another address would be another project on the phone (conformance 147)."""
    project, app_user = phone
    before = decoded(surveyor_settings(app_user, project, HOME))["general"]["server_url"]
    with transaction():
        set_options(project.id, PhoneOptions(name="Đợt 2", autosend="off"), OPERATOR)
        project.name = "Tên khác"
        app_user.name = "Tên khác"
    after = decoded(surveyor_settings(app_user, project, HOME))["general"]["server_url"]
    assert before == after == project_url(app_user, HOME)


def test_tokens_need_no_escaping_in_an_address(phone):
    _, app_user = phone
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", app_user_token(app_user))
    assert quote(project_url(app_user, HOME), safe=":/") == project_url(app_user, HOME)
