"""Refusals as OData writes them: `{"error": {"code", "message"}}`."""

import orjson
from flask import Response

from app.api import errors
from app.errors import Problem, SignInNeeded

CHALLENGE = 'Basic realm="Thon So: any name, and an API key as password", charset="UTF-8"'


def answer(problem: Problem) -> Response:
    """The refusal; who has no key is asked for name and password, which Excel understands."""
    response = errors.answer(problem)
    said = {"code": problem.code, "message": str(problem)}
    response.set_data(orjson.dumps({"error": said}))
    if isinstance(problem, SignInNeeded):
        response.headers["WWW-Authenticate"] = CHALLENGE
    return response
