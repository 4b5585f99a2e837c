"""Who speaks through this door: the phone whose token stands in the address, or who signs in."""

from typing import Any

from flask import current_app, g, request

from app.access import PUBLIC
from app.accounts.actors import app_user_actor
from app.accounts.app_users import find_app_user
from app.accounts.tokens import hash_token
from app.db import autocommit
from app.errors import NotAllowed
from app.openrosa.sign_in import sign_in
from app.submissions.upload import UnknownSender

# Every phone may send, so its token is enough; asked once per interview, it has to cost little.
SUBMISSION = "submission.create"
_SENDER = "select from app_users where token_hash = %s and project_id = %s and revoked_at is null"


def admit() -> None:
    """Let a request through to its view, or refuse it.

    With a token the POST of a submission goes through: the statement that accepts it checks the
    token itself. Who signs in by name is known before the body is read, and by a token as well.
    """
    view: Any = current_app.view_functions[str(request.endpoint)]
    needed = view.access
    if needed == PUBLIC:
        return
    app_user = sign_in(g.project_id) if g.token is None else None
    g.token_hash = app_user.token_hash if app_user else hash_token(g.token)
    if needed != SUBMISSION:
        g.surveyor = app_user_actor(app_user.id if app_user else _id_by_token())
        if not g.surveyor.may(needed, g.project_id):
            raise NotAllowed
    elif app_user is None and request.method != "POST":
        check_sender()


def check_sender() -> None:
    """Refuse (`UnknownSender`) what a stranger sends."""
    with autocommit() as connection:
        known = connection.execute(_SENDER, (g.token_hash, g.project_id))
    if known.rowcount == 0:
        # Never 401: the phone would ask the surveyor for a password that does not exist.
        raise UnknownSender


def _id_by_token() -> int:
    app_user = find_app_user(g.token, g.project_id)
    if app_user is None:
        raise UnknownSender
    return app_user.id
