"""Who speaks through this door: the phone whose token stands in the address."""

from typing import Any

from flask import current_app, g, request

from app.access import PUBLIC
from app.accounts.actors import Actor, app_user_actor
from app.accounts.app_users import find_app_user
from app.accounts.tokens import hash_token
from app.db import autocommit
from app.errors import NotAllowed
from app.submissions.upload import UnknownSender

# Every phone may send, so its token is enough; asked once per interview, it has to cost little.
SUBMISSION = "submission.create"
_SENDER = "select from app_users where token_hash = %s and project_id = %s and revoked_at is null"


def admit() -> None:
    """Let a request through to its view, or refuse it.

    A POST of a submission goes through: the statement that accepts it checks the token itself.
    """
    view: Any = current_app.view_functions[str(request.endpoint)]
    needed = view.access
    if needed == SUBMISSION:
        if request.method != "POST":
            check_sender()
    elif needed != PUBLIC:
        g.surveyor = _surveyor()
        if not g.surveyor.may(needed, g.project_id):
            raise NotAllowed


def check_sender() -> None:
    """Refuse (`UnknownSender`) what a stranger sends."""
    with autocommit() as connection:
        known = connection.execute(_SENDER, (hash_token(g.token), g.project_id))
    if known.rowcount == 0:
        # Never 401: the phone would ask the surveyor for a password that does not exist.
        raise UnknownSender


def _surveyor() -> Actor:
    app_user = find_app_user(g.token, g.project_id)
    if app_user is None:
        raise UnknownSender
    return app_user_actor(app_user.id)
