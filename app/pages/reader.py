"""The person who reads the page."""

from flask import g

from app.accounts.actors import Actor
from app.accounts.sessions import find_session
from app.errors import SignInNeeded
from app.pages import cookies


def reader_or_none() -> Actor | None:
    """Who is signed in here, looked up once per request."""
    if "reader" not in g:
        token = cookies.session_token()
        g.reader = find_session(token) if token else None
    return g.reader  # type: ignore[no-any-return]


def reader() -> Actor:
    """Who is signed in here; `SignInNeeded` when nobody is."""
    actor = reader_or_none()
    if actor is None:
        raise SignInNeeded
    return actor


def language() -> str | None:
    """The language chosen on this browser, else that of the reader, as far as known by now."""
    known: Actor | None = g.get("reader")
    return cookies.chosen_language() or (known.language if known else None)
