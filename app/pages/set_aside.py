"""Interviews that could not be processed: why, and the way back once that is put right."""

from itertools import groupby

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from app.access import requires
from app.db import transaction
from app.pages.blueprint import pages
from app.pages.inputs import asked, posted
from app.pages.reader import reader
from app.submissions import set_aside


@pages.get("/set-aside")
@requires("form.manage")
def list_set_aside() -> ResponseReturnValue:
    """What was set aside, grouped by the reason."""
    found = set_aside.list_set_aside(_projects())
    groups = [(reason, list(same)) for reason, same in groupby(found, key=lambda one: one.reason)]
    return render_template("set_aside.html", groups=groups, again=asked("again"))


@pages.post("/set-aside/process-again")
@requires("form.manage")
def process_set_aside_again() -> ResponseReturnValue:
    """Puts everything with one reason back into the queue; all of it without a reason."""
    with transaction():
        count = set_aside.process_again(reader(), _projects(), reason=posted("reason") or None)
    return redirect(url_for("pages.list_set_aside", again=count), 303)


def _projects() -> list[int]:
    return sorted(reader().projects("form.manage"))
