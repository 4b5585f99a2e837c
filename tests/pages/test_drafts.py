"""A draft on the screen: handed in, tried out, read, published or discarded."""

import io

import pytest

from app.db import db, transaction
from app.drafts.models import FormDraft
from app.drafts.trials import keep_trial
from app.submissions.upload import Upload
from tests import people
from tests.openrosa.test_drafts import trial
from tests.small_forms import WELL


@pytest.fixture
def browser(signed_in):
    return signed_in("administrator", people.GIA_LAI)


def save(browser, text: str = WELL, place: str = "", status: int = 303):
    page = browser.get("/forms/new")
    file = (io.BytesIO(text.encode()), "well.md")
    csrf = page.tree.xpath("//input[@name='csrf']/@value")[0]
    project = page.tree.xpath("string(//*[@name='project']/@value)")
    media = (io.BytesIO(b"PNG"), "dug.png")
    form = {"csrf": csrf, "project": project, "form": file, "media": media}
    checked = type(page)(browser.client.post("/forms/check", data=form))
    return browser.post(checked, "/forms/drafts", status, place=place)


def test_a_draft_is_saved_tried_out_and_read(browser):
    address = save(browser, place=people.IA_DOM).leads_to
    page = browser.get(address)
    assert "Chưa có ai gửi phiếu thử" in page.text
    assert page.tree.xpath("//img[@class='code']/@src")[0].startswith("data:image/svg+xml")
    assert "/v1/test/" in page.text
    with transaction():
        keep_trial(db.session.query(FormDraft).one(), Upload(trial(owner="Rơ Châm Thử")))
    read = browser.get(address)
    assert ["Owner", "Rơ Châm Thử"] in read.rows()
    assert address in browser.get("/forms").links()


def test_it_goes_live_by_one_act(browser):
    address = save(browser).leads_to
    assert "để trống vì chưa chọn nơi" in browser.get(address).text
    published = browser.post(browser.get(address), f"{address}/publish")
    assert "published=1" in published.leads_to
    browser.get(address, 404)


def test_it_is_discarded(browser):
    address = save(browser).leads_to
    browser.post(browser.get(address), f"{address}/discard")
    browser.get(address, 404)
    assert db.session.query(FormDraft).count() == 0


def test_a_place_that_is_none_is_refused(browser):
    assert "Hiện không có nơi nào" in save(browser, place="99999", status=400).text
    assert "thuộc chương trình này" in save(browser, place=people.HA_NOI, status=400).text


def test_only_who_manages_all_forms_sees_drafts(browser, signed_in):
    address = save(browser).leads_to
    signed_in("administrator").get(address, 403)
    signed_in("auditor", people.GIA_LAI).get(address, 403)
    assert address not in signed_in("auditor", people.GIA_LAI).get("/forms").links()
