"""What every answer carries, whatever was asked for and however it ended."""

import gzip
from email.utils import parsedate_to_datetime

import pytest

from app.db import transaction
from tests.openrosa.conftest import CONTENT_TYPE, find, message, multipart, xml_part
from tests.small_forms import WELL, publish

PAGES = ("/formList", "/forms/{}/form.xml", "/forms/{}/manifest", "/submission")
FILES = ("/forms/{}/media/villages.csv", "/forms/{}/media/dug.png")
MISSING = ("/nothing", "/forms/{}/media/no.csv", "/forms/0/form.xml", "/forms/x/manifest", "/")


@pytest.fixture
def version(phone):
    return publish(phone.project, dug_png=b"png")


def assert_openrosa(answer):
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert int(answer.headers["X-OpenRosa-Accept-Content-Length"]) >= 10_000_000
    assert parsedate_to_datetime(answer.headers["Date"])
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("path", PAGES + FILES + MISSING)
def test_every_answer_is_openrosa(phone, version, path):
    answer = phone.get(path.format(version.id))

    assert_openrosa(answer)
    if path not in FILES:
        assert answer.content_type == "text/xml; charset=utf-8"
    if path in MISSING:
        assert message(answer)
    else:  # of what can be fetched, phones take nothing else for success
        assert answer.status_code == (204 if path == "/submission" else 200)


@pytest.mark.parametrize("path", PAGES + FILES)
def test_whatever_can_be_fetched_can_be_asked_about(phone, version, path):
    address = f"{phone.base}{path.format(version.id)}"
    got = phone.client.get(address, buffered=True)
    asked = phone.client.head(address, buffered=True)

    assert (asked.status_code, asked.data) == (got.status_code, b"")
    for name in ("Content-Type", "ETag", "Content-Length", "Vary", "Cache-Control"):
        assert asked.headers.get(name) == got.headers.get(name)
    assert_openrosa(asked)


@pytest.mark.parametrize("path", PAGES + FILES)
def test_a_stranger_is_told_so(phone, version, path):
    phone.token = "stranger"

    answer = phone.get(path.format(version.id))

    assert answer.status_code == 403
    assert_openrosa(answer)
    assert message(answer)


@pytest.mark.parametrize("path", [*PAGES[:3], FILES[0]])
def test_without_a_database_the_phone_is_told_to_come_again(cut_off, path):
    answer = cut_off.get(path.format(1))

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "120"
    assert_openrosa(answer)
    assert message(answer)


def test_a_fault_is_told_in_xml_and_logged(phone, monkeypatch, caplog):
    monkeypatch.setattr("app.openrosa.downloads.open_forms", lambda *_, **__: 1 / 0)

    answer = phone.get("/formList")

    assert answer.status_code == 500
    assert_openrosa(answer)
    assert "điện thoại" in message(answer)
    assert "ZeroDivisionError" in caplog.text


def test_the_message_is_in_the_language_of_the_project(phone):
    assert message(phone.get("/nothing")).startswith("Không có gì")
    with transaction():
        phone.project.language = "en"
    assert message(phone.get("/forms/0/form.xml")).startswith("There is nothing")


@pytest.mark.parametrize("path", [*PAGES[:3], *FILES])
def test_what_the_phone_has_is_not_sent_again(phone, version, path):
    first = phone.get(path.format(version.id))
    tag = first.headers["ETag"]

    again = phone.get(path.format(version.id), **{"If-None-Match": tag})
    strong = phone.get(path.format(version.id), **{"If-None-Match": tag.removeprefix("W/")})
    other = phone.get(path.format(version.id), **{"If-None-Match": '"other"'})

    assert (again.status_code, again.data) == (304, b"")
    assert strong.status_code == 304
    assert other.data == first.data
    assert_openrosa(again)


@pytest.mark.parametrize("path", PAGES[1:2])
def test_what_is_large_is_packed_for_those_who_unpack(phone, version, path):
    plain = phone.get(path.format(version.id))
    packed = phone.get(path.format(version.id), **{"Accept-Encoding": "gzip"})
    refused = phone.get(path.format(version.id), **{"Accept-Encoding": "gzip;q=0"})

    assert (plain.status_code, packed.status_code) == (200, 200)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data)
    assert gzip.decompress(packed.data) == plain.data
    assert "Content-Encoding" not in refused.headers
    for answer in (plain, packed):
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert answer.headers["ETag"] == plain.headers["ETag"]


def test_a_long_list_is_packed_too(phone):
    for number in range(9):
        publish(phone.project, WELL.replace("| well    |", f"| well{number} |"))

    packed = phone.get("/formList", **{"Accept-Encoding": "gzip"})

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == phone.get("/formList").data


@pytest.mark.parametrize(
    "odd",
    [
        {"Date": "Mon, 14 Feb 2011 04:48:15 GMT"},
        {"Date": "garbage"},
        {"X-OpenRosa-Version": ""},
        {"Accept": "text/html", "User-Agent": ""},
        {"Accept-Language": "zz"},
        {"Authorization": "Basic Og=="},
        {"Authorization": "Basic \xe9\xe9"},
        {"Cookie": "session=x"},
    ],
)
def test_odd_headers_do_not_matter(phone, version, odd):
    assert phone.get("/formList", **odd).status_code == 200
    assert phone.get("/formList?unknown=%FF&x").status_code == 200
    assert phone.client.get(f"{phone.base}/formList").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST"])
def test_other_methods_are_refused_as_openrosa(phone, method):
    answer = phone.client.open(f"{phone.base}/formList", method=method)

    assert answer.status_code == 404
    assert_openrosa(answer)
    assert message(answer)


@pytest.mark.parametrize("slash", ["", "/"])
def test_the_two_addresses_are_found_with_a_slash_and_without(phone, slash):
    for address, method, status in (
        ("/formList", "GET", 200),
        ("/formList", "HEAD", 200),
        ("/submission", "GET", 204),
        ("/submission", "HEAD", 204),
        ("/submission", "POST", 400),  # without a body
    ):
        answer = phone.client.open(f"{phone.base}{address}{slash}", method=method)
        assert answer.status_code == status


@pytest.mark.parametrize("path", ["/formList/", "/submission/", "//submission", "/formList//"])
def test_nothing_is_redirected(phone, path):
    for method in ("GET", "HEAD", "POST"):
        answer = phone.client.open(phone.base + path, method=method)
        assert not 300 <= answer.status_code < 400
        assert_openrosa(answer)


def test_a_submission_with_a_slash_too_many_is_taken(phone, interview):
    body = multipart(xml_part(interview()))
    answer = phone.client.post(f"{phone.base}/submission/", data=body, content_type=CONTENT_TYPE)

    assert answer.status_code == 201


def test_names_are_escaped(phone, version):
    assert b"Wells &amp; &lt;springs&gt;" in phone.get("/formList").data
    assert find(phone.get("/formList"), "string(//f:name)") == "Wells & <springs>"
