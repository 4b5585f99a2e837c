"""Signing in and out, and the choice of language."""

from flask import g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app.access import public
from app.accounts import sessions
from app.accounts.throttle import TooManyAttempts
from app.db import transaction
from app.errors import SignInNeeded
from app.i18n.texts import LANGUAGES
from app.pages import cookies
from app.pages.blueprint import pages
from app.pages.inputs import own_address, posted


@pages.get("/sign-in")
@public
def sign_in_form() -> ResponseReturnValue:
    """The form for name and password."""
    return render_template("sign_in.html", next=own_address(request.args.get("next")), problem=None)


@pages.post("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """Opens a session and goes to where the person wanted to go."""
    wanted = own_address(request.form.get("next"))
    try:
        with transaction():
            token, user = sessions.sign_in(posted("username"), posted("password", strip=False))
    except (SignInNeeded, TooManyAttempts) as problem:
        page = render_template("sign_in.html", next=wanted, problem=problem)
        return page, problem.status
    response = redirect(wanted, 303)
    cookies.keep(response, cookies.SESSION, token, int(sessions.LIFETIME.total_seconds()))
    if cookies.chosen_language() is None:
        cookies.keep(response, cookies.LANGUAGE, user.language, cookies.YEAR)
    return response


@pages.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """Ends this browser's session."""
    token = cookies.session_token()
    if token is not None:
        with transaction():
            sessions.sign_out(token)
    g.reader = None
    response = redirect(url_for("pages.sign_in_form"), 303)
    response.delete_cookie(cookies.SESSION)
    return response


@pages.post("/language")
@public
def choose_language() -> ResponseReturnValue:
    """Keeps the language that this browser's reader wants."""
    response = redirect(own_address(request.form.get("next")), 303)
    language = posted("language")
    if language in LANGUAGES:
        cookies.keep(response, cookies.LANGUAGE, language, cookies.YEAR)
    return response
