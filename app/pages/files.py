"""The style sheet and the logo."""

from functools import cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path

from flask import Response, url_for

from app.access import public
from app.errors import NotFound
from app.pages.blueprint import pages

STATIC = Path(__file__).with_name("static")
YEAR = 365 * 24 * 3600


@pages.get("/static/<name>")
@public
def static_file(name: str) -> Response:
    """A file of ours; its address changes with its content, so that browsers may keep it."""
    if name not in _files():
        raise NotFound
    response = Response(_files()[name], mimetype=guess_type(name)[0])
    response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response


@pages.get("/favicon.ico")
@public
def favicon() -> Response:
    """The logo, for browsers that ask for it without being told."""
    return static_file("logo.svg")


def static_address(name: str) -> str:
    """The address of a file of ours, with the mark of its present content."""
    return url_for("pages.static_file", name=name, v=_mark(name))


@cache
def _mark(name: str) -> str:
    return sha256(_files()[name]).hexdigest()[:12]


@cache
def _files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in STATIC.iterdir()}
