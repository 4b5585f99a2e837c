"""The machine fails at any step of a phone's request: it is told to come again, and loses nothing.

Each request is made once for each of its steps, which fails; it is answered as ever (where asking
again helped) or with 503 and when to come again. Then the phone sends the same again, as it does.
"""

import errno
import os
import threading
from pathlib import Path

import pytest
from psycopg_pool.base import AttemptWithBackoff

from app.db import db, driver
from app.openrosa import patience
from app.queue import Doorbell
from app.storage import blobs
from tests.breaking import ERRORS, at_each_step, cut, raising
from tests.openrosa.conftest import CONTENT_TYPE, multipart, xml_part
from tests.small_forms import publish

PHOTO = ("photo.jpg", "photo.jpg", b"\xff\xd8photo", "image/jpeg")
KINDS = ("new", "photo", "again", "edit", "early edit", "unreadable")
PARKED = ("early edit", "unreadable")

KEPT = """
select (select count(*) from instances where instance_id = %(id)s),
       (select count(*) from inbox b join instances i on i.id = b.instance_pk
        where i.instance_id = %(id)s),
       (select count(*) from parked_uploads where xml = %(xml)s)
"""


class Sending:
    """An interview that a phone sends as often as it has to."""

    def __init__(self, phone, kind, fill):
        self.client, self.kind = phone.client, kind
        self.address = f"{phone.base}/submission"
        self.parts = [PHOTO] if kind in {"photo", "again"} else []
        first = fill()
        self.id, self.xml = id_of(first), first
        if kind == "unreadable":
            self.xml = first[:-20]
        elif "edit" in kind:
            new = fill()
            named = b"</orx:instanceID><orx:deprecatedID>%s</orx:deprecatedID>" % self.id.encode()
            self.id, self.xml = id_of(new), new.replace(b"</orx:instanceID>", named)
        if kind in {"again", "edit"}:
            assert phone.send(xml_part(first)).status_code == 201

    def __call__(self):
        body = multipart(xml_part(self.xml), *self.parts)
        return self.client.post(self.address, data=body, content_type=CONTENT_TYPE)

    @property
    def usual(self):
        return 202 if self.kind in PARKED else 201

    def assert_kept_once(self):
        found = driver().execute(KEPT, {"id": self.id, "xml": self.xml}).fetchone()
        db.session.rollback()
        assert found == ((0, 0, 1) if self.kind in PARKED else (1, 1, 0))


def id_of(xml):
    return xml.partition(b"instanceID>")[2].partition(b"<")[0].decode()


@pytest.fixture
def making(phone, interview):
    """Makes makers of interviews of a kind."""
    return lambda kind: lambda: Sending(phone, kind, interview)


def assert_told(answer, usual):
    """As ever, or to come again."""
    assert answer.status_code in {usual, 503}, answer.data
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert (answer.status_code == 503) == ("Retry-After" in answer.headers)


def assert_taken_in_once(sending, answer):
    assert_told(answer, sending.usual)
    assert sending().status_code == sending.usual
    sending.assert_kept_once()


@pytest.mark.parametrize("kind", KINDS)
def test_a_line_that_breaks_at_any_step_loses_and_doubles_nothing(making, kind):
    steps = 0
    for sending, answer in at_each_step(making(kind), cut):
        assert_taken_in_once(sending, answer)
        steps += 1
    assert steps


@pytest.mark.parametrize("kind", ["again", "early edit"])
def test_whatever_is_raised_at_any_step_is_no_fault_of_the_programme(making, kind):
    for error in ERRORS:
        for sending, answer in at_each_step(making(kind), raising(error)):
            assert_taken_in_once(sending, answer)


@pytest.mark.parametrize("kind", KINDS)
def test_a_database_that_goes_away_at_any_step_and_comes_back(app, making, kind, monkeypatch):
    monkeypatch.setattr(AttemptWithBackoff, "INITIAL_DELAY", 0.01)
    pool, refused = app.extensions["autocommit_pool"], 0
    steps = at_each_step(making(kind), cut, ever=True)
    while True:
        monkeypatch.setattr(pool, "timeout", 0.1)
        if (step := next(steps, None)) is None:
            break
        monkeypatch.setattr(pool, "timeout", 10)
        assert_taken_in_once(*step)
        refused += step[1].status_code == 503
    assert refused


@pytest.mark.parametrize("path", ["/submission", "/formList", "/forms/{}/manifest"])
def test_a_question_that_fails_at_any_step_is_answered_or_to_be_asked_again(phone, path):
    address = f"{phone.base}{path.format(publish(phone.project).id)}"
    usual = 204 if path == "/submission" else 200
    for harm in (cut, *map(raising, ERRORS)):
        for _, answer in at_each_step(lambda: lambda: phone.client.get(address), harm):
            assert_told(answer, usual)
    assert phone.client.get(address).status_code == usual


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EMFILE])
@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (blobs, "mkstemp"),
        (os, "open"),
        (os, "fsync"),
        (Path, "mkdir"),
        (Path, "replace"),
    ],
)
def test_a_file_that_cannot_be_kept_is_sent_again(making, monkeypatch, owner, name, number):
    def fail(*_, **__):
        raise OSError(number, os.strerror(number))

    sending = making("photo")()
    with monkeypatch.context() as failing:
        failing.setattr(owner, name, fail)
        answer = sending()

    assert answer.status_code == 503
    assert_taken_in_once(sending, answer)


def test_without_room_for_another_thread_interviews_are_taken_in(app, making, monkeypatch):
    def fail(_):
        raise RuntimeError("can't start new thread")

    bell = Doorbell("unix:///nowhere/valkey.sock")
    monkeypatch.setitem(app.extensions, "doorbell", bell)
    monkeypatch.setattr(patience, "_looker", [])
    with monkeypatch.context() as failing:
        failing.setattr(threading.Thread, "start", fail)
        assert making("new")()().status_code == 201
    assert bell.thread is None

    assert making("new")()().status_code == 201
    assert bell.thread is not None
