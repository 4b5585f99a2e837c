"""Of a crowd of phones a few are answered at a time, and who waits too long is told so."""

import threading
from contextlib import ExitStack

from app.openrosa import turns
from app.openrosa.turns import AT_ONCE, turn
from tests.openrosa.conftest import xml_part


def test_a_phone_that_waits_too_long_is_told_when_to_come_again(phone, interview, monkeypatch):
    monkeypatch.setattr(turns, "LONGEST", 0.01)
    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(turn())

        refused = phone.get("/formList")
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "120"
        assert b"OpenRosaResponse" in refused.data
        assert phone.client.head(f"{phone.base}/submission").status_code == 503
        # What is filled in is taken in all the same.
        assert phone.send(xml_part(interview())).status_code == 201
        assert phone.client.get("/healthz").status_code == 200

    assert phone.get("/formList").status_code == 200


def test_who_waits_comes_to_their_turn_as_soon_as_another_is_done():
    begun, answered = threading.Event(), threading.Event()

    def ask() -> None:
        begun.set()
        with turn():
            answered.set()

    with ExitStack() as others:
        for _ in range(AT_ONCE):
            others.enter_context(turn())
        waiting = threading.Thread(target=ask)
        waiting.start()
        begun.wait()
        assert not answered.is_set()
    waiting.join(turns.LONGEST)

    assert answered.is_set()
