"""Refusals in JSON: `{"code", "message", "details"}` with the status that fits."""

import logging
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify
from marshmallow import Schema, fields
from werkzeug.exceptions import HTTPException

from app.db import is_passing
from app.errors import NotReady, Problem, SignInNeeded, TooLarge

TRY_AGAIN = "30"  # seconds

log = logging.getLogger(__name__)


class ErrorSchema(Schema):
    """A refusal: its stable name, words that say what to do, and what it is about."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    details = fields.Dict(required=True)


class BadParameters(Problem):
    """A parameter or a body that is not as documented."""

    status = 422
    message = "Correct the parameters named in the details."


class Unreadable(Problem):
    """A request that HTTP itself does not allow."""

    message = "The request is not understood."


class Fault(Problem):
    """A fault of the programme."""

    status = 500
    message = "Something went wrong on the server. Nothing was changed."


def install(door: Blueprint, write: Callable[[Problem], Response] | None = None) -> None:
    """Makes a blueprint answer every refusal and fault in JSON, as `write` does."""
    write = write or answer
    door.register_error_handler(Problem, write)
    door.register_error_handler(HTTPException, lambda error: write(_refusal(error)))
    door.register_error_handler(Exception, lambda error: write(_trouble(error)))


def answer(problem: Problem) -> Response:
    """The refusal as JSON."""
    if isinstance(problem, NotReady):  # whoever found it out spoke to a phone
        problem = NotReady("The server is busy or being repaired. Try again later.")
    details = {key: _plain(value) for key, value in problem.details.items()}
    response = jsonify(code=problem.code, message=str(problem), details=details)
    response.status_code = problem.status
    if isinstance(problem, SignInNeeded):
        response.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(problem, NotReady):
        response.headers["Retry-After"] = TRY_AGAIN
    return response


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | float | dict | list) else str(value)


def _refusal(error: HTTPException) -> Problem:
    wrong = getattr(error, "data", None)
    if wrong is not None:
        return BadParameters(None, **wrong.get("messages", {}))
    if error.code == TooLarge.status:
        return TooLarge()
    problem = Unreadable()
    problem.status = error.code or Problem.status
    return problem


def _trouble(error: Exception) -> Problem:
    if is_passing(error):
        log.error("The database or the disk does not answer: %s", error)
        return NotReady()
    log.error("A request failed", exc_info=error)
    return Fault()
