"""The door's two addresses, who may pass, and how it answers whatever happens."""

import logging
from typing import Any

from flask import Blueprint, Response, g, request
from werkzeug.exceptions import HTTPException

from app.access import public
from app.db import db, is_passing
from app.errors import BadRequest, NotFound, NotReady, Problem, SignInNeeded, TooLarge
from app.i18n import in_language
from app.openrosa import responses
from app.openrosa.auth import admit
from app.openrosa.patience import Crowded
from app.openrosa.sign_in import NonceExpired, challenges
from app.openrosa.uploads import drain
from app.projects.queries import get_project

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]

log = logging.getLogger(__name__)

# Phones come by a token in the address, or by name and password; `register` hangs it up twice.
BY_TOKEN, BY_NAME = "/v1/key/<token>", "/v1"

door = Blueprint("openrosa", __name__)
door.before_request(admit)


class ServerFault(Problem):
    """A fault of the programme."""

    status = 500
    message = "Something went wrong on the server. Your work is safe on the phone; send it later."


@door.url_value_preprocessor
def read_address(_endpoint: str | None, values: dict[str, Any] | None) -> None:
    """Take the project, and the phone's token where there is one, out of the address."""
    values = values or {}
    g.token = values.pop("token", None)
    g.project_id = values.pop("project_id", 0)


# Whatever else is asked for below it is answered by this door too, with its headers.
@door.route("/", methods=METHODS, strict_slashes=False, provide_automatic_options=False)
@door.route("/<path:_rest>", methods=METHODS, provide_automatic_options=False)
@public
def nothing_here(_rest: str = "") -> Response:
    """Refuse an address or a method that there is not."""
    raise NotFound


def refuse(problem: Problem) -> Response:
    """Tell a refusal in the project's language, once the phone has sent all it wants to send."""
    if not isinstance(problem, Crowded):  # there is no thread to spare for it
        drain(request.stream)
    with in_language(language(problem)):
        response = responses.refused(problem)
    if isinstance(problem, SignInNeeded):
        for challenge in challenges(stale=isinstance(problem, NonceExpired)):
            response.headers.add("WWW-Authenticate", challenge)
    return response


def refuse_http(error: HTTPException) -> Response:
    """Tell what the framework refused."""
    kinds = {404: NotFound, 405: NotFound, 413: TooLarge}
    return refuse(kinds.get(error.code or 0, BadRequest)())


def refuse_fault(error: Exception) -> Response:
    """Tell a fault; when the machine failed and not the request, when to come again."""
    if is_passing(error):
        log.error("The database or the disk does not answer: %s", error)
        return refuse(NotReady())
    log.error("A phone's request failed", exc_info=error)
    return refuse(ServerFault())


def answer_like_openrosa(entrance: Blueprint) -> None:
    """Gives an entrance the headers of OpenRosa on every answer, and its words for refusals."""
    entrance.after_request(responses.complete)
    entrance.register_error_handler(Problem, refuse)
    entrance.register_error_handler(HTTPException, refuse_http)
    entrance.register_error_handler(Exception, refuse_fault)


answer_like_openrosa(door)


def language(problem: Problem | None = None) -> str | None:
    """The project's language; None (the default) when the database is better left alone."""
    if problem is not None and problem.status >= ServerFault.status:
        return None
    try:
        return get_project(g.project_id).language
    except NotFound:
        return None
    except Exception as error:
        if not is_passing(error):
            raise
        db.session().invalidate()  # told in another language it is told none the less
        return None
