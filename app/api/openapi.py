"""`GET /api/v1/openapi.json`: the description of this door."""

from typing import Any

from flask_smorest.globals import current_api

from app.access import public
from app.api.blueprint import resource


@resource("/openapi.json")
@public
def openapi() -> dict[str, Any]:
    """The description of this door in OpenAPI 3.1"""
    api: Any = current_api
    described: dict[str, Any] = api.spec.to_dict()
    return described
