"""The database fails at any step of a page: it is shown, or told in words when to try again."""

import pytest

from app.accounts.models import User
from app.db import db, driver, transaction
from app.pages.cookies import LANGUAGE
from tests.breaking import AWAY, at_each_step, cut, raising
from tests.pages.browsing import Page

HARMS = (cut, raising(AWAY))
AGAIN = "in a minute"


@pytest.fixture
def browser(signed_in):
    """Somebody who chose English for themselves, and nothing on this browser."""
    browser = signed_in()
    with transaction():
        for user in db.session.query(User):
            user.language = "en"
    browser.client.delete_cookie(LANGUAGE)
    return browser


def assert_shown_or_told(page, *usual):
    assert page.status in {*usual, 503}, page.text
    if page.status == 503:
        assert "again" in page.text or "lại" in page.text
        assert int(page.response.headers["Retry-After"]) > 0


@pytest.mark.parametrize("address", ["/", "/communes/{}/submissions", "/households"])
def test_a_page_is_shown_or_to_be_asked_for_again(browser, sent, commune, address):
    sent()
    address = address.format(commune.id)
    for harm in HARMS:
        for _, answer in at_each_step(lambda: lambda: browser.client.get(address), harm):
            assert_shown_or_told(Page(answer), 200)
    browser.get(address)


def test_once_the_reader_is_known_it_is_told_in_their_language(browser, commune):
    def ask():
        return browser.client.get(f"/communes/{commune.id}/submissions")

    pages = (Page(answer) for _, answer in at_each_step(lambda: ask, raising(AWAY)))
    *_, last = (page for page in pages if page.status == 503)
    assert AGAIN in last.text
    assert "" in last.links()  # the same address


def test_a_decision_is_taken_or_can_be_sent_again(browser, sent):
    submission_id = sent()
    address = f"/submissions/{submission_id}/decision"
    page = browser.get(f"/submissions/{submission_id}")
    form = next(form for form in page.tree.iter("form") if form.get("action") == address)
    said = {field.get("name"): field.get("value") for field in form.xpath(".//input")}

    def make():
        with transaction():
            driver().execute("update submissions set state = 'received', approved_pk = null")
        return lambda: browser.client.post(address, data=said | {"decision": "approve"})

    for harm in HARMS:
        for post, answer in at_each_step(make, harm):
            page = Page(answer)
            assert_shown_or_told(page, 303)
            if AGAIN in page.text:
                assert "Nothing of what you entered is lost" in page.text
            assert post().status_code == 303
            assert state() == "approved"


def state():
    [(found,)] = driver().execute("select state from submissions").fetchall()
    db.session.rollback()
    return found
