"""What every page has: its headers, its refusals in words, and files that may be kept."""

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from app.errors import NotReady
from app.i18n import in_language
from app.pages import health, home
from tests import people


def test_a_page_loads_and_runs_nothing_but_its_own_style_and_pictures(signed_in):
    for address in ("/", "/sign-in", "/nix", "/submissions/999"):
        headers = signed_in().client.get(address).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_style_and_logo_may_be_kept_for_their_address_changes_with_them(client, app):
    page = client.get("/sign-in").text
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]
    style = client.get(address)

    assert "?v=" in address
    assert style.headers["Content-Type"].startswith("text/css")
    assert "immutable" in style.headers["Cache-Control"]
    assert client.get("/favicon.ico").headers["Content-Type"].startswith("image/svg+xml")


@pytest.mark.parametrize("name", ["../blueprint.py", "..%2Fblueprint.py", "nix.css", "%00"])
def test_no_other_file_is_given_out(client, name):
    assert client.get(f"/static/{name}").status_code == 404


def test_an_address_that_does_not_exist_is_told_in_words(client):
    answer = client.get("/nix")

    assert answer.status_code == 404
    assert "Không có gì ở địa chỉ này" in answer.text


def test_refusals_come_in_the_language_chosen(client):
    client.set_cookie("thonso_language", "en")

    assert "There is nothing at this address" in client.get("/nix").text


def test_a_method_that_a_page_has_not_is_told_in_words(client):
    answer = client.delete("/sign-in")

    assert answer.status_code == 405
    assert "Máy chủ không hiểu yêu cầu này" in answer.text


def test_a_page_takes_no_more_than_a_form_needs(signed_in):
    browser = signed_in()
    csrf = browser.get("/").tree.xpath("//input[@name='csrf']/@value")[0]
    answer = browser.client.post("/sign-out", data={"csrf": csrf, "more": "x" * 100_000})

    assert answer.status_code == 413
    assert "Dữ liệu quá lớn" in answer.text


def test_a_form_sent_without_a_session_leads_to_the_sign_in_page(client, app):
    answer = client.post("/parked/1/settle")

    assert answer.status_code == 401
    assert "/sign-in" in answer.text


def test_a_fault_is_told_without_its_cause(signed_in, monkeypatch, caplog):
    def fail(*_, **__):
        raise RuntimeError("a secret of the programme")

    browser = signed_in()
    monkeypatch.setattr(home, "find_units", fail)
    page = browser.get("/", 500)

    assert "Máy chủ gặp lỗi" in page.text
    assert "secret" not in page.html
    assert "a secret of the programme" in caplog.text


@pytest.mark.parametrize(
    "away",
    [
        OperationalError("select", {}, psycopg.OperationalError("gone")),
        psycopg.DatabaseError("server closed the connection unexpectedly"),
        OSError(28, "No space left on device"),
        NotReady(),
    ],
)
def test_a_machine_that_fails_is_told_with_what_to_do(signed_in, monkeypatch, away):
    def fail(*_, **__):
        raise away

    browser = signed_in()
    monkeypatch.setattr(home, "find_units", fail)
    page = browser.get("/", 503)

    assert "thử lại sau một phút" in page.text
    assert "" in page.links()  # the same address
    assert page.response.headers["Retry-After"] == "60"


def test_health_is_for_everybody_and_says_one_word(client, app):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_health_fails_with_the_database(client, app, monkeypatch):
    def away(*_):
        raise OperationalError("select", {}, psycopg.OperationalError("gone"))

    monkeypatch.setattr(health.db.session, "execute", away)

    assert client.get("/healthz").status_code == 503


def test_nobody_is_let_in_by_a_header_alone(client, app):
    assert client.get("/", headers={"Authorization": "Bearer x"}).status_code == 302
    assert people.PASSWORD


def test_words_of_constants_are_in_each_readers_language(app):
    """A template is compiled once, in the language of whoever reads it first."""
    with in_language("en"):
        page = app.jinja_env.from_string("{{ 'unvisited' | visit_state }}")
        assert page.render() == "not visited"
    with in_language("vi"):
        assert page.render() == "chưa đến"
