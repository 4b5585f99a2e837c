"""Refusals and faults as pages, in words."""

import logging

from flask import Flask, Response, make_response, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from app.db import is_passing
from app.errors import NotFound, NotReady, Problem, TooLarge
from app.i18n import use_language
from app.pages.blueprint import HEADERS, pages
from app.pages.reader import language
from app.pages.words import refusal_title

log = logging.getLogger(__name__)

TRY_AGAIN = "60"  # seconds

TITLES = {
    401: "Please sign in",
    403: "Not allowed",
    404: "Nothing here",
    409: "Something changed meanwhile",
    413: "Too large",
    429: "Please wait",
    503: "Not available at the moment",
}


class Broken(Problem):
    """A fault of the programme."""

    status = 500
    message = "Something went wrong on the server. Nothing you sent is lost; please try again."


def install(app: Flask) -> None:
    """Writes every refusal in a page, and everything that no door recognises."""
    pages.register_error_handler(Problem, _problem)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def page_for(problem: Problem) -> Response:
    """The page that tells a refusal; it asks the database nothing, which may be what is broken."""
    headers = dict(HEADERS)
    if isinstance(problem, NotReady):  # whoever found it out spoke to a phone
        problem = NotReady("The server is busy or being repaired. Please try again in a minute.")
        headers["Retry-After"] = TRY_AGAIN
    page = render_template(
        "problem.html",
        reader=None,
        title=refusal_title(problem.status),
        problem=problem,
    )
    response = make_response(page, problem.status)
    response.headers.extend({k: v for k, v in headers.items() if k not in response.headers})
    return response


def _problem(problem: Problem) -> ResponseReturnValue:
    return page_for(problem)


def _http(error: HTTPException) -> ResponseReturnValue:
    use_language(language())
    if isinstance(error, RequestEntityTooLarge):
        return page_for(TooLarge())
    if error.code == NotFound.status:
        return page_for(NotFound())
    if error.response is not None or (error.code or 500) < 400:  # noqa: PLR2004
        return error
    problem = Problem("This request is not understood. Go back and try again.")
    problem.status = error.code or Problem.status
    return page_for(problem)


def _fault(error: Exception) -> ResponseReturnValue:
    use_language(language())
    if is_passing(error):
        log.error("The database or the disk does not answer: %s", error)
        return page_for(NotReady())
    log.error("A page failed", exc_info=error)
    return page_for(Broken())
