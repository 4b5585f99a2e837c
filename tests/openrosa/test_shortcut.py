"""The short way past the framework says what the door says, and leaves to it what is not usual."""

import pytest
from flask import Flask

from app.openrosa.shortcut import Shortcut
from tests.openrosa.conftest import xml_part
from tests.small_forms import publish

PACKED = {"Accept-Encoding": "gzip"}
SHORT = ("/formList", "/forms/{}/form.xml", "/forms/{}/manifest")


@pytest.fixture
def version(phone):
    return publish(phone.project, dug_png=b"png")


@pytest.fixture
def door(app: Flask) -> Shortcut:
    """The door by itself."""
    shortcut = app.wsgi_app
    assert isinstance(shortcut, Shortcut)
    return shortcut


@pytest.fixture
def only_short(door, monkeypatch):
    """An entrance whose door is locked."""

    def locked(environ, _start_response):
        raise AssertionError(environ["PATH_INFO"])

    monkeypatch.setattr(door, "_door", locked)


@pytest.fixture
def only_long(door, monkeypatch):
    """Says after a call that from now on everything goes through the door."""
    return lambda: monkeypatch.setattr(door, "_try", lambda *_: None)


def told(answer):
    headers = {name: value for name, value in answer.headers.items() if name != "Date"}
    return answer.status_code, headers, answer.data


@pytest.mark.parametrize("headers", [{}, PACKED, {"Accept-Encoding": "gzip;q=0"}])
@pytest.mark.parametrize("path", SHORT)
def test_a_document_is_the_same_either_way(phone, version, only_long, path, headers):
    path = path.format(version.id)
    short = phone.get(path, **headers)
    assert short.status_code == 200
    known = {**headers, "If-None-Match": short.headers["ETag"]}
    unchanged = phone.get(path, **known)
    assert unchanged.status_code == 304

    only_long()

    assert told(phone.get(path, **headers)) == told(short)
    assert told(phone.get(path, **known)) == told(unchanged)


def test_that_a_phone_may_send_is_the_same_either_way(phone, only_long):
    short = phone.client.head(f"{phone.base}/submission?deviceID=a")
    assert short.status_code == 204

    only_long()

    assert told(phone.client.head(f"{phone.base}/submission?deviceID=a")) == told(short)


def test_a_receipt_is_the_same_either_way(phone, interview, only_long):
    short = phone.send(xml_part(interview()))
    assert short.status_code == 201

    only_long()

    assert told(phone.send(xml_part(interview()))) == told(short)


@pytest.mark.usefixtures("only_short")
def test_the_usual_questions_do_not_come_to_the_door(phone, version):
    for path in SHORT:
        assert phone.get(path.format(version.id)).status_code == 200
    assert phone.client.head(f"{phone.base}/submission").status_code == 204


@pytest.mark.usefixtures("only_short")
def test_the_usual_interview_does_not_come_to_the_door(phone, interview):
    xml = interview()
    assert phone.send(xml_part(xml)).status_code == 201
    assert phone.send(xml_part(xml)).status_code == 201  # as after an answer that got lost
