"""Entity lists on the screen: what they hold, conflicts, history, and changes by hand."""

import pytest
from sqlalchemy import select

from app import pipeline
from app.audit import AuditEvent
from app.db import db, driver, transaction
from app.entities.models import Entity, EntityVersion
from tests import people
from tests.entities import trees
from tests.entities.trees import changed_tree, new_tree
from tests.survey import start_survey

TREE = "3fb0ad59-6c5d-4d4a-9a7e-39c2f7b3f111"
# The same without a personal property.
OPEN = trees.TREE.replace("| owner | personal |", "| owner | |")


@pytest.fixture
def survey(app):
    survey = start_survey(policy="hold-all", households=1)
    trees.publish(survey, OPEN)
    return survey


@pytest.fixture
def tree(survey):
    """A tree that two phones changed from the same version; its id."""
    survey.send(new_tree(survey, TREE, "Cây lim", species="lim", girth="1"))
    survey.send(changed_tree(survey, TREE, 1, girth="2"))
    survey.send(changed_tree(survey, TREE, 1, girth="3"))
    return entity().id


def entity():
    db.session.rollback()
    return db.session.scalars(select(Entity)).one()


def address(tree):
    return f"/entities/{tree}/change"


def act(browser, page, tree, act, status=303, **fields):
    """Presses a button of the entity's page."""
    csrf = page.tree.xpath("//input[@name='csrf']/@value")[0]
    given = {"csrf": csrf, "act": act, "seen": entity().version} | fields
    answer = browser.client.post(address(tree), data=given)
    assert answer.status_code == status, answer.text
    return answer.text


def list_id():
    return entity().list_id


def test_without_lists_the_page_says_how_one_is_made(signed_in, app):
    with transaction():
        driver().execute("delete from entity_properties")
        driver().execute("delete from entity_lists")
    assert "Chưa có danh sách nào" in signed_in().get("/entities").text


def test_from_the_lists_to_a_conflict_and_its_versions(signed_in, tree):
    browser = signed_in()
    page = browser.get("/entities")
    assert ["trees", "1", "1", "0", "0", "0"] in page.rows()
    conflicts = f"/entities/lists/{list_id()}?only=conflict"
    assert conflicts in page.links()
    page = browser.get(conflicts)
    assert f"/entities/{tree}" in page.links()
    assert "Cây lim" in page.text

    page = browser.get(f"/entities/{tree}")
    assert [row[:1] + row[3:5] for row in page.rows() if row[0] in "123"] == [
        ["3", "lim", "3"], ["2", "lim", "2"], ["1", "lim", "1"],
    ]  # fmt: skip
    assert "xung đột" in page.text


def test_a_conflict_is_resolved(signed_in, tree):
    browser = signed_in()
    page = browser.get(f"/entities/{tree}")
    act(browser, page, tree, "resolve")
    assert (entity().conflict, entity().version) == (None, 3)


def test_a_change_by_hand_is_a_version_with_a_reason_and_a_name(signed_in, tree):
    browser = signed_in()
    page = browser.get(f"/entities/{tree}")
    said = {"label": "Cây lim già", "property.girth": "9", "property.evil": "x"}
    assert "Hãy ghi lý do" in act(browser, page, tree, "change", 400, **said)
    act(browser, page, tree, "change", reason="Đo lại", **said)

    assert (entity().version, entity().label) == (4, "Cây lim già")
    assert entity().data == {"species": "lim", "girth": "9"}
    version = db.session.scalars(select(EntityVersion).filter_by(version=4)).one()
    assert version.reason == "Đo lại"
    assert "Đo lại" in browser.get(f"/entities/{tree}").text


def test_who_looked_at_an_older_version_changes_nothing(signed_in, survey, tree):
    browser = signed_in()
    page = browser.get(f"/entities/{tree}")
    survey.send(changed_tree(survey, TREE, 3, owner="An"))
    said = {"label": "x", "reason": "x", "seen": 3}
    assert "đã có người sửa" in act(browser, page, tree, "change", 409, **said).lower()
    assert entity().version == 4


def test_deleted_and_restored(signed_in, survey, tree):
    browser = signed_in()
    page = browser.get(f"/entities/{tree}")
    act(browser, page, tree, "delete", 400)
    act(browser, page, tree, "delete", reason="Đã chặt")
    assert f"/entities/{tree}" not in browser.get(f"/entities/lists/{list_id()}").links()
    assert f"/entities/{tree}" in browser.get(f"/entities/lists/{list_id()}?only=deleted").links()
    survey.send(changed_tree(survey, TREE, 3, owner="An"))
    assert trees.states()[-1] == ("failed", "deleted", None)

    act(browser, page, tree, "restore")
    assert entity().deleted_at is None
    act(browser, page, tree, "restore", 409)


def test_the_interview_tells_what_became_of_its_entity(signed_in, survey, tree):
    survey.send(changed_tree(survey, TREE, 9, girth="1"))
    browser = signed_in()
    interviews = driver().execute("select submission_id from entity_actions order by 1").fetchall()
    page = browser.get(f"/submissions/{interviews[0][0]}")
    assert f"/entities/{tree}" in page.links()
    page = browser.get(f"/submissions/{interviews[-1][0]}")
    assert "Đối tượng chưa từng có phiên bản được sửa." in page.text


def test_what_is_held_can_be_carried_out(signed_in, survey):
    survey.send(changed_tree(survey, TREE, 2, branchId="b", trunkVersion="", girth="7"))
    list_id = driver().execute("select id from entity_lists").fetchone()[0]
    browser = signed_in()
    page = browser.get(f"/entities/lists/{list_id}")
    browser.post(page, f"/entities/lists/{list_id}/held")
    assert (entity().data, trees.states()) == ({"girth": "7"}, [("applied", None, 1)])

    survey.send(new_tree(survey, TREE, "Cây lim", species="lim"))
    assert (entity().label, entity().version) == ("Cây lim", 2)


def test_a_list_is_set_to_wait_for_approval_and_back(signed_in, survey, tree):
    browser = signed_in("administrator", people.GIA_LAI)
    where = f"/entities/lists/{list_id()}"
    browser.post(browser.get(where), f"{where}/approval", approval="yes")
    survey.send(changed_tree(survey, TREE, 3, girth="4"))
    assert entity().version == 3
    assert ["trees", "1", "1", "0", "1", "0"] in browser.get("/entities").rows()
    browser.post(browser.get(where), f"{where}/approval", approval="no")
    assert entity().version == 4


def test_names_are_for_those_who_may_read_them(signed_in, survey, tree):
    trees.publish(survey, trees.TREE, "2")
    survey.send(changed_tree(survey, TREE, 3, owner="Rơ Châm H'Lan", label="Cây của Lan"))
    reviewer = signed_in("commune_reviewer")
    one, all_ = f"/entities/{tree}", f"/entities/lists/{list_id()}"
    for where in (one, f"{one}?personal=yes", all_, f"{all_}?q=Lan"):
        text = reviewer.get(where).text
        assert "H'Lan" not in text
        assert "Cây của Lan" not in text
    page = reviewer.get(f"/entities/{tree}")
    act(reviewer, page, tree, "change", reason="x", **{"property.owner": "x", "label": "x"},
        status=409)  # fmt: skip

    lead = signed_in()
    assert "H'Lan" not in lead.get(f"/entities/{tree}").text
    assert "H'Lan" in lead.get(f"/entities/{tree}?personal=yes").text
    assert "Cây của Lan" in lead.get(f"/entities/lists/{list_id()}?q=Lan").text
    db.session.rollback()
    assert db.session.scalars(select(AuditEvent).filter_by(action="entity.read")).all()


@pytest.mark.parametrize("role", ["commune_lead", "administrator"])
def test_other_communes_neither_see_nor_change_it(signed_in, survey, tree, role):
    browser = signed_in(role, people.PLEIKU)
    assert ["trees", "0", "0", "0", "0", "0"] in browser.get("/entities").rows()
    browser.get(f"/entities/{tree}", 404)
    page = browser.get("/entities")
    act(browser, page, tree, "delete", 404, reason="x")
    assert entity().deleted_at is None


def test_what_is_everybodys_is_changed_by_who_decides_everywhere(signed_in, survey, tree):
    with transaction():
        driver().execute("update entities set unit_id = null")
    browser = signed_in()
    page = browser.get(f"/entities/{tree}")
    act(browser, page, tree, "delete", 403, reason="x")
    everywhere = signed_in("administrator", people.GIA_LAI)
    act(everywhere, everywhere.get(f"/entities/{tree}"), tree, "delete", reason="x")


def test_an_action_that_was_carried_out_meanwhile(signed_in, survey):
    survey.send(changed_tree(survey, TREE, 2, branchId="b", trunkVersion="", girth="7"))
    browser = signed_in()
    list_id = driver().execute("select id from entity_lists").fetchone()[0]
    page = browser.get(f"/entities/lists/{list_id}")
    for made in (new_tree(survey, TREE), changed_tree(survey, TREE, 1, branchId="b")):
        survey.send(made)
    pipeline.settle()
    browser.post(page, f"/entities/lists/{list_id}/held", 409)
