"""What hangs on the running application besides the database: its secret key, and no sessions."""

from flask import Flask, Request, current_app
from flask.sessions import SessionInterface


class NoSession(SessionInterface):
    """Nobody uses Flask's own sessions; opening one at every request costs time."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Open none."""


def secret_key() -> bytes:
    """The installation's secret key, from which other secrets are derived."""
    return str(current_app.config["SECRET_KEY"]).encode()
