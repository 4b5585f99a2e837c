"""A zip handed in on the page: who may, what is told, stopped and resumed."""

import io

import pytest
from sqlalchemy import select

from app import pipeline
from app.db import db
from app.imports import run
from app.imports.models import Import
from tests import people
from tests.imports.test_find import zipped
from tests.imports.test_run import stick


@pytest.fixture
def zip_file(survey, tmp_path):
    return zipped(tmp_path / "Lan.zip", stick(survey)).read_bytes()


def hand_in(browser, content, status=303, **fields):
    page = browser.get("/imports")
    file = {"zip": (io.BytesIO(content), "Lan.zip")} if content is not None else {}
    return browser.post(page, "/imports", status, **file, **fields)


def test_a_zip_is_taken_in_and_told(signed_in, survey, zip_file):
    browser = signed_in("commune_lead")
    address = hand_in(browser, zip_file, surveyor=survey.phone.id).leads_to
    waiting = browser.get(address)
    assert waiting.response.headers["Refresh"] == "3"
    pipeline.settle()
    page = browser.get(address)
    assert "Refresh" not in page.response.headers
    assert "đã xong" in page.text
    assert "4 trên 4 thư mục" in page.text
    assert ["instances/cut", "bỏ qua", "Tệp bị hỏng, không đọc được."] in page.rows()
    assert address in browser.get("/imports").links()


def test_it_can_be_stopped_and_goes_on(signed_in, survey, zip_file, monkeypatch):
    monkeypatch.setattr(run, "SLICE", -1)
    browser = signed_in("administrator", people.GIA_LAI)
    address = hand_in(browser, zip_file).leads_to
    run.carry_on()
    browser.post(browser.get(address), f"{address}/stop")
    again = browser.client.post(f"{address}/stop", data={"csrf": csrf(browser)})
    assert again.status_code == 409
    stopped = browser.get(address)
    assert "đã dừng" in stopped.text
    assert "1 trên 4 thư mục" in stopped.text
    browser.post(stopped, f"{address}/resume")
    pipeline.settle()
    assert "4 trên 4 thư mục" in browser.get(address).text


def csrf(browser):
    return browser.get("/imports").tree.xpath("//input[@name='csrf']/@value")[0]


def test_without_a_file_the_page_says_what_to_do(signed_in, survey):
    page = hand_in(signed_in("commune_lead"), None, 400)
    assert "Hãy chọn tệp zip" in page.text


def test_what_is_no_zip_is_told_on_its_page(signed_in, survey):
    browser = signed_in("commune_lead")
    address = hand_in(browser, b"no zip").leads_to
    pipeline.settle()
    assert "không phải tệp zip đọc được" in browser.get(address).text


def test_people_see_what_they_brought_and_administrators_all(signed_in, survey, zip_file):
    address = hand_in(signed_in("commune_lead"), zip_file).leads_to
    other = signed_in("commune_lead", people.PLEIKU)
    other.get(address, 404)
    assert address not in other.get("/imports").links()
    assert address in signed_in("administrator", people.GIA_LAI).get("/imports").links()


def test_others_may_not_import(signed_in, survey):
    for role in ("commune_reviewer", "auditor", "province_analyst"):
        browser = signed_in(role)
        browser.get("/imports", 403)
        assert "/imports" not in browser.get("/").links()
    assert db.session.scalars(select(Import)).all() == []
