"""Noise at every address: whatever comes, it is answered, and never with a fault."""

import random
import re

import pytest

from app.db import db
from app.submissions.models import Instance, ParkedUpload
from tests.openrosa.conftest import CONTENT_TYPE, message, multipart, xml_part
from tests.small_forms import publish

NOISE = random.Random(64).randbytes(64 * 1024)
KINDS = ("", "text/xml", "application/json", "application/x-www-form-urlencoded", CONTENT_TYPE)
WRONG = [
    {"Date": "yesterday"},
    {"X-OpenRosa-Version": "\xff" * 300},
    {"Accept": "\x7f;q=\xff", "Accept-Language": "*;q=x", "Accept-Charset": "utf-17"},
    {"Accept-Encoding": "gzip;q=\xe9, br;q=-1, ;,=", "Content-Encoding": "x"},
    {"If-None-Match": 'W/"\xff, *, "', "If-Modified-Since": "32 Feb", "If-Range": "x"},
    {"If-Match": "*", "If-Unmodified-Since": "x"},
    {"Range": "bytes=9-3,-,x"},
    {"Host": "a b<c>"},
    {"Host": ""},
    {"Cookie": "\xff=\xff; thonso_session=\x80"},
    {"User-Agent": "\xe1\xba\xa3" * 2000},
    {"Authorization": "Digest \xff"},
    {"Content-Length": "x"},
    {"Content-Type": "multipart/form-data; boundary=\xff"},
    {"X-Forwarded-Proto": "gopher", "X-Forwarded-Host": "evil.example", "Forwarded": "x"},
    {"X-HTTP-Method-Override": "DELETE"},
]


def addresses(app, phone, version_id: int) -> list[str]:
    """One address for every rule of the application, of this phone's where one is meant."""
    own = {"token": phone.token, "project_id": str(phone.project.id), "version_id": str(version_id)}

    def fill(place: re.Match[str]) -> str:
        return own.get(place[0].strip("<>").rpartition(":")[2], "1")

    return sorted({re.sub("<[^>]+>", fill, rule.rule) for rule in app.url_map.iter_rules()})


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
def test_random_bytes_are_no_fault_anywhere(app, phone, method, kind):
    version = publish(phone.project, dug_png=b"png")
    answers = {
        address: phone.client.open(address, method=method, data=NOISE, content_type=kind).status
        for address in addresses(app, phone, version.id)
    }

    assert len(answers) > 40
    assert {address: status for address, status in answers.items() if status >= "5"} == {}
    assert db.session.query(Instance).count() == db.session.query(ParkedUpload).count() == 0


@pytest.mark.parametrize("wrong", WRONG, ids=lambda headers: next(iter(headers)))
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
def test_wrong_headers_are_no_fault_anywhere(app, phone, method, wrong):
    version = publish(phone.project, dug_png=b"png")
    answers = {
        address: phone.client.open(address, method=method, headers=wrong, data=b"x").status
        for address in addresses(app, phone, version.id)
    }

    assert {address: status for address, status in answers.items() if status >= "5"} == {}


@pytest.mark.parametrize("wrong", WRONG[:12], ids=lambda headers: next(iter(headers)))
def test_an_interview_is_taken_whatever_stands_beside_it(phone, interview, wrong):
    wrong = {name: value for name, value in wrong.items() if name != "Content-Encoding"}
    body = multipart(xml_part(interview()))

    answer = phone.post(body, CONTENT_TYPE, headers=wrong)

    assert answer.status_code == (201 if "Host" not in wrong else answer.status_code)


@pytest.mark.parametrize("packing", ["gzip", "br", "x"])
def test_a_packed_body_is_refused_with_what_to_do(phone, interview, packing):
    answer = phone.post(
        multipart(xml_part(interview())), CONTENT_TYPE, headers={"Content-Encoding": packing}
    )

    assert answer.status_code == 400
    assert "nén" in message(answer)
