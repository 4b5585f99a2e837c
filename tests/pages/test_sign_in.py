"""Signing in and out: who gets in, who has to wait, and where one lands."""

import pytest

from app.accounts import sessions, users
from app.db import transaction
from tests import people
from tests.pages.browsing import Browser, browser_of


@pytest.fixture
def browser(client):
    return Browser(client)


def make_person(**who):
    with transaction():
        return people.person(**who).username


def test_a_stranger_is_sent_to_the_sign_in_page_and_then_on(browser):
    name = make_person()
    sent = browser.get("/forms?x=1", 302)

    assert sent.leads_to == "/sign-in?next=/forms?x%3D1"
    page = browser.get(sent.leads_to)
    landed = browser.post(page, "/sign-in", username=name, password=people.PASSWORD)
    assert landed.leads_to == "/forms?x=1"


def test_the_home_page_needs_no_next(browser):
    assert browser.get("/", 302).leads_to == "/sign-in"


def test_signing_out_ends_the_session_everywhere(client):
    browser = browser_of(client)
    cookie = client.get_cookie("thonso_session").value
    browser.post(browser.get("/"), "/sign-out")

    assert client.get_cookie("thonso_session") is None
    assert sessions.find_session(cookie) is None
    browser.get("/", 302)


def test_a_wrong_password_is_told_without_saying_which_part_is_wrong(browser):
    name = make_person()
    known = browser.sign_in(name, "not the password", status=401)
    unknown = browser.sign_in("nobody", "not the password", status=401)

    assert "mật khẩu không đúng" in known.text
    assert known.text == unknown.text


def test_whoever_guesses_has_to_wait_and_is_told_so(browser):
    name = make_person()
    for _ in range(5):
        browser.sign_in(name, "a wrong guess", status=401)
    page = browser.sign_in(name, status=429)

    assert "sai mật khẩu quá nhiều lần" in page.text


@pytest.mark.parametrize(
    "address",
    ["//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil",
     "evil.example", "javascript:alert(1)", "/\n/evil.example", "///evil.example", ""],
)  # fmt: skip
def test_next_never_leads_to_another_server(client, address):
    name = make_person()
    browser = Browser(client)
    page = browser.get("/sign-in")
    landed = browser.post(page, "/sign-in", username=name, password=people.PASSWORD, next=address)

    assert landed.leads_to == "/"


def test_a_form_of_another_site_is_refused(client):
    name = make_person()
    answer = client.post("/sign-in", data={"username": name, "password": people.PASSWORD})

    assert answer.status_code == 403
    assert client.get_cookie("thonso_session") is None


def test_a_mark_taken_before_sign_in_is_worth_nothing_after_it(client):
    name = make_person()
    browser = Browser(client)
    before = browser.get("/sign-in").tree.xpath("//input[@name='csrf']/@value")[0]
    browser.sign_in(name)

    assert client.post("/sign-out", data={"csrf": before}).status_code == 403
    browser.get("/")


def test_cookies_are_out_of_reach_for_scripts_and_other_sites(client):
    browser_of(client)
    cookie = client.get_cookie("thonso_session")

    assert cookie.http_only
    assert cookie.same_site == "Lax"
    assert not cookie.secure
    secure = Browser(client.application.test_client())
    page = secure.client.get("/sign-in", base_url="https://localhost")
    assert "Secure;" in page.headers["Set-Cookie"]


def test_a_disabled_account_is_out_at_once(client):
    browser = browser_of(client, username="lan")
    with transaction():
        users.disable_user(people.OPERATOR, users.get_user("lan"))

    browser.get("/", 302)


def test_a_foreign_session_cookie_is_no_session(client):
    for value in ("", "x", "\x7f", "Ã©" * 200):
        client.set_cookie("thonso_session", value)
        assert client.get("/").status_code == 302


def test_the_language_is_chosen_on_the_page_and_kept(client):
    browser = browser_of(client)
    page = browser.get("/")
    assert page.tree.get("lang") == "vi"
    back = browser.post(page, "/language", language="en")

    assert back.leads_to == "/"
    english = browser.get("/")
    assert english.tree.get("lang") == "en"
    assert "Sign out" in english.text


def test_the_language_of_the_account_comes_with_it(client):
    with transaction():
        user = people.person(username="anna")
        user.language = "en"
    browser = Browser(client)
    browser.sign_in("anna")

    assert browser.get("/").tree.get("lang") == "en"


@pytest.mark.parametrize("password", ["", "\0", "x" * 100_000, "\ud7ff\u0000"])
def test_odd_passwords_are_wrong_and_no_fault(browser, password):
    page = browser.get("/sign-in")
    sent = browser.client.post(
        "/sign-in",
        data={"username": "a\0b", "password": password,
              "csrf": page.tree.xpath("//input[@name='csrf']/@value")[0]},
    )  # fmt: skip

    assert sent.status_code in {401, 413}
