"""Flask's own sessions, which nobody uses; those of people who sign in are `accounts.sessions`."""

from flask import Flask, Request
from flask.sessions import SessionInterface


class NoSession(SessionInterface):
    """Opening one at every request costs time."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Open none."""
