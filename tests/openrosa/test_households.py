"""The household registry on the phone: an entity list for Collect of today, a file for others."""

import csv
import hashlib
import io
import re

import pytest
from lxml import etree

from app import programme
from app.accounts.actors import OPERATOR
from app.accounts.app_users import app_user_token
from app.db import db, transaction
from app.fieldwork.assignments import assign
from app.forms.source import FormSource
from app.households import changes
from tests import people
from tests.openrosa.conftest import NAMESPACES, Phone, find
from tests.survey import start_survey

FORM = """
| survey |
| | type | name | label | parameters |
| | select_one_from_file households.csv | hh | Household | value=code |
| settings |
| | form_id | version |
| | choose  | 1       |
"""


@pytest.fixture
def survey(app):
    return start_survey(households=3)


@pytest.fixture
def version(survey):
    source = FormSource("choose.md", FORM.encode())
    return programme.publish(survey.project.id, source, OPERATOR).version.id


@pytest.fixture
def phone(client, survey):
    return Phone(client, survey.project, survey.phone, survey.token)


def entry(phone, version):
    [found] = find(phone.get(f"/forms/{version}/manifest"), "//m:mediaFile")
    return found, lambda name: found.xpath(f"string(m:{name})", namespaces=NAMESPACES)


def rows(phone, version):
    _, said = entry(phone, version)
    content = phone.get(said("downloadUrl")).data
    assert said("hash") == f"md5:{hashlib.md5(content).hexdigest()}"
    return list(csv.DictReader(io.StringIO(content.decode())))


def states(phone, version, *ids):
    _, said = entry(phone, version)
    answer = phone.get(f"{said('integrityUrl')}?id={','.join(ids)}")
    assert answer.content_type.startswith("text/xml")
    return {e.get("id"): e.findtext("deleted") for e in etree.fromstring(answer.data)[0]}


def test_the_manifest_calls_it_an_entity_list(phone, version):
    found, said = entry(phone, version)
    assert (found.get("type"), said("filename")) == ("entityList", "households.csv")
    assert said("integrityUrl").endswith("/entityLists/households/integrity")


def test_a_row_has_what_phones_ask_of_an_entity_and_what_forms_ask_of_a_household(
    phone, survey, version
):
    listed = rows(phone, version)
    assert [row["code"] for row in listed] == survey.ids
    uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
    for row in listed:
        assert re.fullmatch(uuid, row["name"])
        assert row["label"]
        assert row["__version"].isdecimal()
        assert row["village_id"] == survey.village.public_id


def test_the_phone_forgets_what_is_not_in_its_list(client, phone, survey, version):
    ids = [row["name"] for row in rows(phone, version)]
    unknown = "3fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111"
    assert states(phone, version, *ids, unknown) == dict.fromkeys(ids, "false")
    with transaction():
        programme.change_household(
            survey.project.id, changes.merge, survey.ids[2], survey.ids[0], actor=OPERATOR
        )
        wanted = {survey.ids[0]: survey.phone.id}
        assign(db.session.merge(survey.round), wanted, actor=OPERATOR)
    assert states(phone, version, *ids) == dict(zip(ids, ("false", "true", "true"), strict=True))

    with transaction():
        far = people.surveyor(people.village("Plei Rơ"), of=survey.project, username="dtv02")
        stranger = Phone(client, survey.project, far, app_user_token(far))
    assert rows(stranger, version) == []
    assert set(states(stranger, version, *ids).values()) == {"true"}
