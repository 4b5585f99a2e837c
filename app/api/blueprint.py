"""The door's address, who may pass, and its description in OpenAPI."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeVar, cast

from flask import Blueprint as PlainBlueprint
from flask import Flask, Response, current_app, g, request
from flask.json.provider import DefaultJSONProvider
from flask_smorest import Api
from flask_smorest.blueprint import Blueprint
from marshmallow import RAISE, Schema

from app import access
from app.accounts.actors import Actor
from app.accounts.tokens import find_api_token
from app.api import errors
from app.errors import NotAllowed, NotFound, SignInNeeded
from app.i18n import use_language

PREFIX = "/api/v1"
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
RESOURCES = (
    "indicators", "figure_files", "workbooks", "releases",
    "differences", "revisits", "explain", "submissions", "entities", "units",
    "unit_changes", "villages", "rounds", "openapi", "changes", "trash",
    "scorecards", "cards", "evidence", "counts", "count_tasks",
    "households",
)  # fmt: skip
SMALL = 64 * 1024  # bytes of a request's body; a view that takes a file says so in its `takes`
SETTINGS = {
    "API_TITLE": "Thôn Số",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "API_SPEC_OPTIONS": {
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    },
}

View = TypeVar("View", bound=Callable[..., Any])

# The library is not typed; as Any it does not make its users untyped.
api: Any = cast(Any, Blueprint)("api", __name__, url_prefix=PREFIX)
elsewhere = PlainBlueprint("api_elsewhere", __name__, url_prefix="/api")


class Description(Api):
    """The OpenAPI document; refusals are written by our own handlers, within this door alone."""

    ERROR_SCHEMA = errors.ErrorSchema  # type: ignore[assignment]

    def _register_error_handlers(self) -> None:
        """Leaves the other doors' errors to them."""


def register(app: Flask) -> None:
    """Brings the door into the application."""
    app.config.update(SETTINGS)
    app.json = DefaultJSONProvider(app)
    app.json.sort_keys, app.json.ensure_ascii = False, False
    for resource in RESOURCES:
        import_module(f"app.api.{resource}")
    cast(Any, Description)(app).register_blueprint(api)
    app.register_blueprint(import_module("app.api.odata.views").feed)
    app.register_blueprint(elsewhere)


def caller() -> Actor:
    """Whose token the request carries."""
    actor: Actor = g.caller
    return actor


def resource(
    rule: str,
    *,
    answer: type[Schema] | None = None,
    query: type[Schema] | None = None,
    body: type[Schema] | None = None,
    method: str = "GET",
    doc: dict[str, Any] | None = None,
) -> Callable[[View], View]:
    """Gives a view its address, what it takes (an unknown parameter is refused) and answers.

    `doc` describes what no schema does: files, which pass as they are.
    """

    def publish(view: View) -> View:
        published = api.response(200, answer)(view)
        for schema, location in ((query, "query"), (body, "json")):
            if schema is not None:
                published = api.arguments(schema, location=location, unknown=RAISE)(published)
        if doc is not None:
            published = api.doc(**doc)(published)
        api.route(rule, methods=[method])(published)
        return view

    return publish


def admit() -> None:
    """Lets the request through to its view, or refuses it."""
    use_language("en")
    view: Any = current_app.view_functions[str(request.endpoint)]
    request.max_content_length = getattr(view, "takes", SMALL)
    needed = getattr(view, "access", None)
    if needed == access.PUBLIC:
        return
    actor = find_api_token(_key() or "")
    if actor is None:
        raise SignInNeeded("Send “Authorization: Bearer TOKEN” with a token that is in force.")
    if needed is None or not actor.may(needed):
        raise NotAllowed
    g.caller = actor


def _key() -> str | None:
    """The key of a request: a bearer's, or the password that spreadsheets ask for."""
    given = request.authorization
    if given is None:
        return None
    return given.password if given.type == "basic" else given.token


def protect(response: Response) -> Response:
    """Keeps answers from being taken for pages, or kept for other callers."""
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.vary.update(("Authorization", "Accept"))
    return response


# Whatever else is asked for below the prefix is refused in this door's own words.
@elsewhere.route("/", methods=METHODS, strict_slashes=False, provide_automatic_options=False)
@elsewhere.route("/<path:_rest>", methods=METHODS, provide_automatic_options=False)
@access.public
def nothing_here(_rest: str = "") -> Response:
    """Refuses an address or a method that there is not."""
    raise NotFound


api.before_request(admit)
api.after_request(protect)
for door in (api, elsewhere):
    errors.install(door)
