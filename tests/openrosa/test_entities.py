"""Entity lists on the phone: how the manifest names them, their rows, and what was deleted."""

import csv
import hashlib
import http.client
import io
import re
import uuid
from contextlib import closing, contextmanager
from itertools import pairwise
from urllib.parse import quote, urlsplit

import pytest
from lxml import etree
from sqlalchemy import select

from app.accounts.actors import OPERATOR, app_user_actor
from app.accounts.app_users import app_user_token
from app.audit import AuditEvent
from app.db import db, driver, transaction
from app.entities import phone_lists
from app.entities.registry import set_needs_approval
from app.org_units.models import OrgUnit
from tests import people
from tests.entities import trees
from tests.entities.trees import changed_tree, new_tree
from tests.openrosa.conftest import NAMESPACES, Phone, find
from tests.survey import start_survey

TREE = "3fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111"
OTHER = "4fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f222"
LIST = trees.TREE.replace("{version}", "1").replace(
    "| text | tree | Tree", "| select_one_from_file trees.csv | tree | Tree"
)


@pytest.fixture
def survey(app):
    survey = start_survey(policy="hold-all", households=1)
    survey.versions = [
        trees.publish(survey, LIST),
        trees.publish(survey, LIST.replace("| tree | 1 | Tree", "| felled | 1 | Felled")),
    ]
    return survey


@pytest.fixture
def phone(client, survey):
    return Phone(client, survey.project, survey.phone, survey.token)


@pytest.fixture
def far_phone(client, survey):
    """A phone that works in another village of the same project."""
    with transaction():
        village = people.village("Làng Ốp")
        app_user = people.surveyor(village, of=survey.project, username="dtv02")
        token = app_user_token(app_user)
    return Phone(client, survey.project, app_user, token)


def entry(phone, version_id):
    [found] = find(phone.get(f"/forms/{version_id}/manifest"), "//m:mediaFile")
    return found


def said(found, name):
    return found.xpath(f"string(m:{name})", namespaces=NAMESPACES)


def rows(phone, version_id, **headers):
    answer = phone.get(said(entry(phone, version_id), "downloadUrl"), **headers)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert int(answer.headers["Content-Length"]) == len(answer.data)
    return list(csv.DictReader(io.StringIO(answer.text)))


def hash_of(phone, version_id):
    found = said(entry(phone, version_id), "hash")
    assert re.fullmatch("md5:[0-9a-f]{32}", found)
    return found


def integrity(phone, survey, *ids):
    url = said(entry(phone, survey.versions[0]), "integrityUrl")
    answer = phone.get(f"{url}?id={quote(','.join(ids))}")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/xml")
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    root = etree.fromstring(answer.data)
    assert (root.tag, root[0].tag) == ("data", "entities")  # in no namespace
    return {e.get("id"): e.findtext("deleted") for e in root[0]}


def test_the_manifest_names_the_type_and_where_to_ask(phone, survey):
    found = entry(phone, survey.versions[0])
    assert (found.get("type"), said(found, "filename")) == ("entityList", "trees.csv")
    assert urlsplit(said(found, "integrityUrl")).path.startswith(f"{phone.base}/entityLists/trees/")
    assert rows(phone, survey.versions[0]) == []

    with transaction():
        set_needs_approval(survey.project.id, "trees", needs_approval=True, actor=OPERATOR)
    assert entry(phone, survey.versions[0]).get("type") == "approvalEntityList"


def test_rows_have_every_column_and_never_an_empty_label(phone, survey):
    survey.send(new_tree(survey, TREE, 'lim, "già"', species="lim"))
    survey.send(new_tree(survey, OTHER, "dầu", owner="An; Bình", girth="3"))
    with transaction():
        driver().execute("update entities set label = '' where uuid = %s", (OTHER,))
    version = survey.versions[0]
    assert rows(phone, version) == [
        {"name": TREE, "label": 'lim, "già"', "__version": "1", "species": "lim",
         "girth": "", "owner": ""},
        {"name": OTHER, "label": OTHER, "__version": "1", "species": "", "girth": "3",
         "owner": "An; Bình"},
    ]  # fmt: skip
    header = phone.get(said(entry(phone, version), "downloadUrl")).data.partition(b"\n")[0]
    assert header == b"name,label,__version,species,girth,owner"


def test_the_hash_is_that_of_the_list_and_not_of_the_form(phone, survey):
    first, second = survey.versions
    survey.send(new_tree(survey, TREE))
    assert hash_of(phone, first) == hash_of(phone, second)


def test_the_hash_changes_when_what_is_seen_changes_and_only_then(phone, far_phone, survey):
    version, seen, far = survey.versions[0], [], []

    def look():
        seen.append(hash_of(phone, version))
        far.append(hash_of(far_phone, version))

    look()
    survey.send(new_tree(survey, TREE))
    look()
    survey.send(changed_tree(survey, TREE, 1, girth="2"))
    look()
    survey.send(survey.instance(survey.ids[0]))
    survey.send(changed_tree(survey, TREE, 9, girth="2"))  # fails
    look()
    assert [one == two for one, two in pairwise(seen)] == [False, False, True]
    assert len(set(far)) == 1


def test_another_property_changes_it_too(phone, survey):
    before = hash_of(phone, survey.versions[0])
    text = LIST.replace("| tree | 1 |", "| tree | 2 |").replace("girth | |", "height | |")
    trees.publish(survey, text)
    assert hash_of(phone, survey.versions[0]) != before


def test_a_surveyor_gets_the_entities_of_the_own_places(phone, far_phone, survey):
    survey.send(new_tree(survey, TREE))
    with transaction():
        driver().execute("update projects set org_unit_id = %s", (people.unit("52").id,))
    survey.send(new_tree(survey, OTHER, village="nowhere"))
    version = survey.versions[0]
    assert [row["name"] for row in rows(phone, version)] == [TREE, OTHER]
    assert [row["name"] for row in rows(far_phone, version)] == [OTHER]


def test_what_moves_away_leaves_the_list(phone, far_phone, survey):
    survey.send(new_tree(survey, TREE))
    before = hash_of(phone, survey.versions[0])
    [unit_id] = app_user_actor(far_phone.app_user.id).units("list.download")
    there = db.session.get_one(OrgUnit, unit_id).public_id
    survey.send(changed_tree(survey, TREE, 1, village=there, girth="1"))
    version = survey.versions[0]
    assert hash_of(phone, version) != before
    assert [len(rows(p, version)) for p in (phone, far_phone)] == [0, 1]
    assert integrity(phone, survey, TREE) == {TREE: "true"}
    assert integrity(far_phone, survey, TREE) == {TREE: "false"}


@contextmanager
def entities_away():
    """Whoever looks at the entities meanwhile fails."""
    with transaction():
        driver().execute("alter table entities rename to hidden")
    try:
        yield
    finally:
        with transaction():
            driver().execute("alter table hidden rename to entities")


def test_an_unchanged_list_costs_a_304_and_no_look_at_the_entities(phone, survey):
    survey.send(new_tree(survey, TREE))
    address = said(entry(phone, survey.versions[0]), "downloadUrl")
    tag = phone.get(address).headers["ETag"]
    with entities_away():
        for known in (tag, tag.removeprefix("W/")):
            answer = phone.get(address, **{"If-None-Match": known})
            assert (answer.status_code, answer.data) == (304, b"")


def test_the_manifest_looks_at_the_entities_once_for_each_change(phone, survey):
    survey.send(new_tree(survey, TREE))
    before = hash_of(phone, survey.versions[0])
    with entities_away():
        assert [hash_of(phone, version) for version in survey.versions] == [before] * 2


def test_the_hash_is_that_of_the_bytes(phone, survey):
    survey.send(new_tree(survey, TREE))
    found = entry(phone, survey.versions[0])
    content = phone.get(said(found, "downloadUrl")).data
    assert said(found, "hash") == f"md5:{hashlib.md5(content).hexdigest()}"


def test_a_failure_half_way_is_no_short_list(phone, survey, monkeypatch):
    survey.send(new_tree(survey, TREE))
    address = said(entry(phone, survey.versions[0]), "downloadUrl")
    phone_lists.list_rows.cache_clear()
    monkeypatch.setattr(phone_lists, "properties_of", lambda _: 1 / 0)
    assert phone.get(address).status_code == 500


def test_reading_personal_properties_leaves_a_trace(phone, survey):
    rows(phone, survey.versions[0])
    db.session.rollback()
    events = db.session.scalars(select(AuditEvent).filter_by(action="entity_list.read")).all()
    assert [event.actor for event in events] == [f"app_user:{survey.phone.id}"]


def test_integrity_tells_deleted_ones_and_leaves_out_unknown_ones(phone, survey):
    for tree in (TREE, OTHER):
        survey.send(new_tree(survey, tree))
    with transaction():
        driver().execute("update entities set deleted_at = now() where uuid = %s", (OTHER,))
    found = integrity(phone, survey, TREE, OTHER, str(uuid.uuid4()), "x", "a'b\"<")
    assert found == {TREE: "false", OTHER: "true"}
    assert integrity(phone, survey, f"uuid:{TREE.upper()}") == {f"uuid:{TREE.upper()}": "false"}
    assert integrity(phone, survey) == {}


def test_integrity_of_an_unknown_list(phone, survey):
    assert phone.get("/entityLists/houses/integrity?id=x").status_code == 404
    assert phone.get("/entityLists/trees/integrity").status_code == 200


def test_five_hundred_ids_come_through_the_real_server(server, phone, survey):
    survey.send(new_tree(survey, TREE))
    ids = [str(uuid.uuid4()) for _ in range(499)] + [TREE]
    path = f"{phone.base}/entityLists/trees/integrity?id={quote(','.join(ids))}&deviceID=x"
    assert len(path) > 19_000
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=60)) as line:
        line.request("GET", path, headers={"X-OpenRosa-Version": "1.0"})
        answer = line.getresponse()
        body = answer.read()
    assert answer.status == 200
    assert [e.get("id") for e in etree.fromstring(body)[0]] == [TREE]
