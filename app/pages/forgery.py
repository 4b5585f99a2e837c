"""Keeps other sites from posting forms in a reader's name: each form carries its session's mark."""

import hashlib
import hmac

from flask import request
from markupsafe import Markup

from app.errors import NotAllowed
from app.extensions import secret_key
from app.pages import cookies

FIELD = "csrf"


def token() -> str:
    """The mark for forms shown to this session, or to this visitor before sign-in."""
    seed = cookies.session_token() or cookies.visitor()
    return hmac.new(secret_key(), f"form:{seed}".encode(), hashlib.sha256).hexdigest()


def field() -> Markup:
    """The hidden field that every posted form needs."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, token())


def check() -> None:
    """Refuses a form that was not shown to this browser."""
    sent = request.form.get(FIELD, "")
    if not hmac.compare_digest(sent.encode(), token().encode()):
        raise NotAllowed(
            "This page was open for too long. Go back, load it again and repeat what you did."
        )
