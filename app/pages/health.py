"""Tells load balancers and people whether the server can work."""

from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from app.access import public
from app.db import db
from app.pages.blueprint import pages

PLAIN = {"Content-Type": "text/plain; charset=utf-8"}


@pages.get("/healthz")
@public
def health() -> ResponseReturnValue:
    """`ok`, or 503 when the database does not answer."""
    try:
        db.session.execute(text("select 1"))
    except SQLAlchemyError:
        return "the database does not answer\n", 503, PLAIN
    return "ok\n", 200, PLAIN
