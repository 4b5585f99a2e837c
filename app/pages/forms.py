"""The project's questionnaires: what is published, and whether phones get it."""

from collections.abc import Sequence

from flask import Response, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app import queue
from app.access import requires
from app.accounts.actors import Actor
from app.accounts.scope import holds_whole
from app.db import db, on_commit, transaction
from app.drafts.make import list_drafts
from app.drafts.models import FormDraft
from app.errors import BadRequest, NotFound
from app.forms import assignment, queries, states
from app.forms.models import Form, FormVersion
from app.indicators import reevaluate
from app.indicators.catalog import in_force
from app.org_units.queries import code_of, find_by_code, find_village
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import asked, posted
from app.pages.reader import reader
from app.pages.rules import UNIT

AGAIN = "5"  # seconds after which the page of a form whose interviews are evaluated looks again
EVALUATION = {
    "start": reevaluate.start,
    "stop": reevaluate.stop,
    "resume": reevaluate.resume,
}


@pages.get("/forms")
@requires("form.read")
def list_forms() -> ResponseReturnValue:
    """The project's forms with their present version."""
    projects = choose_project(reader(), "form.read")
    forms = queries.list_forms(projects.chosen.id)
    return render_template(
        "forms.html",
        projects=projects,
        forms=forms,
        indicators={form.id: len(in_force(form.id)) for form in forms},
        may_manage=reader().may("form.manage", projects.chosen.id),
        drafts=_drafts(projects.chosen.id),
    )


@pages.get(f"/forms/<{UNIT}:form_id>")
@requires("form.read")
def show_form(form_id: int) -> Response:
    """A form's versions, files and indicators; how far its interviews are evaluated again."""
    form = _form(reader(), "form.read", form_id)
    versions = select(FormVersion).where(FormVersion.form_id == form.id)
    newest_first = versions.order_by(FormVersion.id.desc()).options(selectinload(FormVersion.media))
    known = reevaluate.list_progress(form.project_id)
    evaluation = next((progress for progress in known if progress.form_id == form.id), None)
    page = render_template(
        "form.html",
        form=form,
        versions=db.session.scalars(newest_first).all(),
        indicators=in_force(form.id),
        evaluation=evaluation,
        may_manage=reader().may("form.manage", form.project_id),
        may_evaluate=holds_whole(reader(), "form.manage", form.project_id),
        published=asked("published"),
        states=states.STATES,
        places=[(code_of(unit), unit) for unit in assignment.places_of(form.id)],
    )
    response = make_response(page)
    if evaluation and evaluation.state == "running":
        response.headers["Refresh"] = AGAIN
    return response


@pages.post(f"/forms/<{UNIT}:form_id>/evaluation")
@requires("form.manage")
def evaluate_form(form_id: int) -> ResponseReturnValue:
    """Has all interviews of the form evaluated again, lets that rest, or lets it go on."""
    actor, act = reader(), posted("act")
    if act not in EVALUATION:
        raise BadRequest("Choose what to decide.")
    with transaction():
        form = _form(actor, "form.manage", form_id)
        EVALUATION[act](form.project_id, form.xml_form_id, actor)
        on_commit(queue.ring)
    address = url_for("pages.show_form", form_id=form_id, _anchor="evaluation")
    return redirect(address, 303)


@pages.post(f"/forms/<{UNIT}:form_id>/state")
@requires("form.manage")
def change_form_state(form_id: int) -> ResponseReturnValue:
    """Opens the form, lets it run out, or closes it."""
    actor = reader()
    with transaction():
        form = _form(actor, "form.manage", form_id)
        states.set_state(form.project_id, form.id, posted("state"), actor)
    return redirect(url_for("pages.show_form", form_id=form_id), 303)


def _drafts(project_id: int) -> Sequence[FormDraft]:
    """The project's drafts, for those who manage all its forms."""
    return list_drafts(project_id) if holds_whole(reader(), "form.manage", project_id) else ()


@pages.post(f"/forms/<{UNIT}:form_id>/places")
@requires("form.manage")
def assign_form(form_id: int) -> ResponseReturnValue:
    """Says on which phones the form is listed: those that work in these places, or all."""
    actor = reader()
    with transaction():
        form = _form(actor, "form.manage", form_id)
        units = [_place(code) for code in posted("places").replace(",", " ").split()]
        assignment.assign(form.project_id, form.id, units, actor)
    return redirect(url_for("pages.show_form", form_id=form_id), 303)


def _place(code: str) -> int:
    unit = find_village(code) or find_by_code(code)
    if unit is None:
        raise BadRequest("No place has the code %(code)s today.", code=code)
    return unit.id


def _form(actor: Actor, capability: str, form_id: int) -> Form:
    form = db.session.get(Form, form_id)
    if form is None or not actor.may(capability, form.project_id):
        raise NotFound
    return form
