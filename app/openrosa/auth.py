"""Who speaks through this door: the phone whose token stands in the address, or who signs in."""

import time
from typing import Any

from flask import current_app, g, request

from app.access import PUBLIC
from app.accounts.phones import is_known, phone_by_token
from app.accounts.tokens import hash_token
from app.errors import NotAllowed
from app.openrosa.sign_in import sign_in
from app.submissions.upload import UnknownSender

# Every phone may send, so its token is enough; asked once per interview, it has to cost little.
SUBMISSION = "submission.create"
KNOWN_FOR = 60.0  # seconds
MOST_MET = 4096

_met: dict[tuple[bytes, int], float] = {}


def admit() -> None:
    """Let a request through to its view, or refuse it.

    With a token the POST of a submission goes through: the statement that accepts it checks the
    token itself. Who signs in by name is known before the body is read, and by a token as well.
    """
    view: Any = current_app.view_functions[str(request.endpoint)]
    needed = view.access
    if needed == PUBLIC:
        return
    phone = sign_in(g.project_id) if g.token is None else None
    g.token_hash = phone.token_hash if phone else hash_token(g.token)
    if needed != SUBMISSION:
        g.phone = phone or phone_by_token(g.token_hash, g.project_id)
        if g.phone is None:
            # Never 401: the phone would ask the surveyor for a password that does not exist.
            raise UnknownSender
        if not g.phone.actor.may(needed, g.project_id):
            raise NotAllowed
    elif phone is None and request.method != "POST":
        check_sender(g.token_hash, g.project_id)


def expect_sender(token_hash: bytes, project_id: int) -> None:
    """Refuse (`UnknownSender`) a stranger before any file of theirs is written.

    Whether a phone that was known a moment ago still is, the accepting statement asks.
    """
    key, now = (token_hash, project_id), time.monotonic()
    if _met.get(key, 0.0) < now - KNOWN_FOR:
        check_sender(*key)
        if len(_met) >= MOST_MET:
            _met.clear()
        _met[key] = now


def check_sender(token_hash: bytes, project_id: int) -> None:
    """Refuse (`UnknownSender`) what a stranger sends."""
    if not is_known(token_hash, project_id):
        raise UnknownSender
