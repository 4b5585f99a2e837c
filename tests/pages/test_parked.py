"""Parked uploads: why they wait, in words, and a person's ways out."""

import pytest
from sqlalchemy import select

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, transaction
from app.forms.queries import find_form
from app.forms.states import set_state
from app.submissions.models import ParkedUpload, Submission
from tests import people
from tests.survey import household_form, new_id


@pytest.fixture
def parked(survey):
    """An interview made with a version that is not published here."""
    survey.send(survey.instance(survey.ids[0], version="2"))
    return db.session.scalars(select(ParkedUpload)).one().id


def test_the_list_says_why_each_one_waits(signed_in, parked):
    page = signed_in().get("/parked")

    assert "Phiên bản này của mẫu phiếu chưa từng được công bố ở đây." in page.text
    assert f"/parked/{parked}" in page.links()


def test_a_long_list_has_pages(signed_in, survey, monkeypatch):
    monkeypatch.setattr("app.pages.parked.ITEMS_A_PAGE", 2)
    for household in survey.ids[:3]:
        survey.send(survey.instance(household, version="2"))
    waiting = [f"/parked/{one}" for one in db.session.scalars(
        select(ParkedUpload.id).order_by(ParkedUpload.id)
    )]  # fmt: skip
    browser = signed_in()
    page = browser.get("/parked")
    assert [link for link in page.links() if link in waiting] == waiting[:2]
    [following] = [link for link in page.links() if "after=" in link]
    page = browser.get(following)
    assert [link for link in page.links() if link in waiting] == waiting[2:]
    assert not [link for link in page.links() if "after=" in link]
    assert "Không còn phiếu nào" in browser.get("/parked?after=999999").text


def test_an_empty_list_says_that_all_is_well(signed_in, survey):
    assert "Không có phiếu nào bị tạm giữ" in signed_in().get("/parked").text


def test_it_cannot_be_filed_before_its_reason_is_gone(signed_in, parked):
    browser = signed_in()
    page = browser.get(f"/parked/{parked}")
    refused = browser.post(page, f"/parked/{parked}/settle", 409, choice="admit")

    assert "Vẫn chưa nhận được" in refused.text


def test_it_is_filed_once_its_version_is_published(signed_in, survey, parked):
    programme.publish(survey.project.id, household_form("2"), OPERATOR)
    browser = signed_in()
    page = browser.get(f"/parked/{parked}")
    assert browser.post(page, f"/parked/{parked}/settle", choice="admit").leads_to == "/parked"
    pipeline.settle()

    assert db.session.scalars(select(Submission)).one().state == "received"
    browser.get(f"/parked/{parked}", 404)


def test_discarding_needs_a_reason(signed_in, parked):
    browser = signed_in()
    page = browser.get(f"/parked/{parked}")
    refused = browser.post(page, f"/parked/{parked}/settle", 400, choice="discard", reason=" ")
    assert "Hãy ghi lý do loại bỏ" in refused.text

    browser.post(page, f"/parked/{parked}/settle", choice="discard", reason="Phiếu thử")
    assert "Không có phiếu nào bị tạm giữ" in browser.get("/parked").text


def test_a_closed_form_parks_and_opening_it_lets_in(signed_in, survey, sent):
    with transaction():
        form_id = find_form(survey.project.id, "ho").id
        set_state(survey.project.id, form_id, "closed", OPERATOR)
    survey.send(survey.instance(survey.ids[0]))
    page = signed_in().get("/parked")

    assert "Mẫu phiếu này đã đóng." in page.text


@pytest.mark.parametrize("role", ["commune_reviewer", "auditor"])
def test_who_may_not_settle_them_does_not_see_them(signed_in, parked, role):
    browser = signed_in(role)

    assert "/parked" not in browser.get("/").links()
    browser.get("/parked", 403)
    browser.get(f"/parked/{parked}", 403)


def test_other_communes_do_not_see_them(signed_in, parked):
    browser = signed_in("commune_lead", people.PLEIKU)

    assert f"/parked/{parked}" not in browser.get("/parked").links()
    browser.get(f"/parked/{parked}", 404)
    csrf = browser.get("/").tree.xpath("//input[@name='csrf']/@value")[0]
    for choice in ("admit", "discard"):
        given = {"csrf": csrf, "choice": choice, "reason": "x"}
        answer = browser.client.post(f"/parked/{parked}/settle", data=given)
        assert answer.status_code == 404


def test_an_outdated_edit_is_compared_and_filed_as_the_newest(signed_in, survey):
    first, second = new_id(), new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    survey.send(survey.instance(survey.ids[0], instance_id=second, deprecated_id=first))
    survey.send(survey.instance(survey.ids[0], deprecated_id=first))
    parked = db.session.scalars(select(ParkedUpload)).one().id
    interview = db.session.scalars(select(Submission)).one().id
    browser = signed_in()
    page = browser.get(f"/parked/{parked}")

    assert f"/submissions/{interview}" in page.links()
    assert "Chỉ lấy tệp đính kèm" not in page.text  # it has none
    newest = "//form[input/@value='newest']"
    assert "Nhận làm bản mới nhất" in page.tree.xpath(newest)[0].text_content()
    hidden = {i.get("name"): i.get("value") for i in page.tree.xpath(f"{newest}//input")}
    assert browser.client.post(f"/parked/{parked}/settle", data=hidden).status_code == 303
    assert "Không có phiếu nào bị tạm giữ" in browser.get("/parked").text
