"""The cookies of a browser: its session, its language, and a mark for those not yet signed in."""

import secrets

from flask import current_app, g, request
from werkzeug.wrappers import Response

from app.i18n.texts import LANGUAGES

SESSION = "thonso_session"
LANGUAGE = "thonso_language"
VISITOR = "thonso_visitor"
YEAR = 365 * 24 * 3600


def session_token() -> str | None:
    """The session token that the browser shows."""
    return request.cookies.get(SESSION)


def chosen_language() -> str | None:
    """The language chosen on this browser, None when none was."""
    language = request.cookies.get(LANGUAGE)
    return language if language in LANGUAGES else None


def visitor() -> str:
    """A random mark of this browser, made at first use; only forms before sign-in need it."""
    if "visitor" not in g:
        g.visitor = request.cookies.get(VISITOR) or secrets.token_urlsafe(24)
    return str(g.visitor)


def hand_out(response: Response) -> None:
    """Gives a browser its visitor's mark when a form on the page depends on it."""
    if "visitor" in g and VISITOR not in request.cookies:
        keep(response, VISITOR, visitor())


def keep(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """Sets a cookie that scripts cannot read and other sites cannot make use of."""
    public_url = current_app.config["THONSO"].public_url or ""
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure or public_url.startswith("https://"),
    )
