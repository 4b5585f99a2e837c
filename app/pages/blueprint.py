"""The pages' blueprint: who may call what, in which language, and with which headers."""

from importlib import import_module
from typing import Any

from flask import Blueprint, Flask, Response, current_app, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app import access
from app.errors import NotAllowed, SignInNeeded
from app.i18n import use_language
from app.pages import cookies, forgery
from app.pages.reader import language, reader, reader_or_none

# Nothing may load or run but our own style sheet and images.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self';"
    " frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Staff share computers: what one saw, the next must not find with the back button.
    "Cache-Control": "no-store",
}
SCREENS = (
    "sign_in", "home", "province", "communes", "commune_changes", "indicator", "explain", "export",
    "figure_files", "workbooks", "review", "submission",
    "attachments", "parked", "set_aside", "forms", "publishing", "drafts", "surveyors", "imports",
    "files", "health", "trash", "rounds", "releases", "disclosure",
    "samples", "fieldwork", "entities", "places",
    "scorecards", "score", "criterion", "ranking", "counts", "count_tasks",
    "place_changes", "villages",
    "households", "household_changes", "household_import",
)  # fmt: skip
SMALL_FORM = 64 * 1024  # bytes; a view that takes files says so in its `takes`

pages = Blueprint("pages", __name__, template_folder="templates")


def register(app: Flask) -> None:
    """Brings the screens, their templates and their error pages into the application."""
    for screen in SCREENS:
        import_module(f"app.pages.{screen}")
    import_module("app.pages.templating").install(app)
    import_module("app.pages.errors").install(app)
    app.register_blueprint(pages)


@pages.before_request
def admit() -> ResponseReturnValue | None:
    """Lets the request through to its view, or to the sign-in page, or refuses it."""
    view: Any = current_app.view_functions[str(request.endpoint)]
    needed = getattr(view, "access", None)
    request.max_content_length = getattr(view, "takes", SMALL_FORM)
    if needed == access.PUBLIC:
        use_language(cookies.chosen_language())
    elif reader_or_none() is None:
        return _to_sign_in()
    else:
        _check_rights(needed)
    if request.method == "POST":
        forgery.check()
    return None


@pages.after_request
def protect(response: Response) -> Response:
    """Adds the headers that every page carries, unless the view chose its own."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    cookies.hand_out(response)
    return response


def _to_sign_in() -> ResponseReturnValue:
    use_language(cookies.chosen_language())
    if request.method != "GET":
        raise SignInNeeded
    here = request.full_path.rstrip("?")
    return redirect(url_for("pages.sign_in_form", next=None if here == "/" else here))


def _check_rights(needed: str | None) -> None:
    actor = reader()
    use_language(language())
    if needed is None or (needed != access.SIGNED_IN and not actor.may(needed)):
        raise NotAllowed
