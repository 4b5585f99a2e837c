"""Survey rounds: what there is, what each is of, and changing it."""

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from app import clock, programme
from app.access import requires
from app.accounts.actors import Actor
from app.accounts.territory import UnitFilter, find_units
from app.db import db, transaction
from app.errors import BadRequest, Conflict, NotFound, Problem
from app.forms.models import Form
from app.forms.queries import list_forms
from app.org_units.models import OrgUnit
from app.pages.blueprint import pages
from app.pages.choices import choose_project
from app.pages.inputs import posted, posted_id, read_day, read_id
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.projects.models import Project
from app.rounds import queries
from app.rounds.change import set_review_policy
from app.rounds.models import Round
from app.rounds.plan import DESIGNS, POLICIES, RoundPlan
from app.samples.queries import find_sample

CAPABILITY = "submission.read"


@pages.get("/rounds")
@requires(CAPABILITY)
def list_rounds() -> ResponseReturnValue:
    """The project's rounds, newest first."""
    projects = choose_project(reader(), CAPABILITY)
    return render_template(
        "rounds.html",
        projects=projects,
        rounds=queries.list_rounds(projects.chosen.id),
        may_manage=reader().may("round.manage", projects.chosen.id),
    )


@pages.get(f"/rounds/<{UNIT}:round_id>")
@requires(CAPABILITY)
def show_round(round_id: int) -> ResponseReturnValue:
    """A round's settings, its calendar, and the ways to its sample and its field work."""
    return _page(find_round(reader(), round_id))


@pages.get("/rounds/new")
@requires("round.manage")
def new_round() -> ResponseReturnValue:
    """An empty form for another round."""
    project = choose_project(reader(), "round.manage").chosen
    return _form(project, None, {})


@pages.post("/rounds/new")
@requires("round.manage")
def open_round() -> ResponseReturnValue:
    """Opens a round, or shows the form again with what is wrong."""
    actor = reader()
    project = _posted_project(actor)
    try:
        with transaction():
            plan = _posted_plan()
            opened = programme.open_round(
                project.id, posted("code"), plan.name, plan.starts_on, plan.ends_on, actor=actor,
                **_further(plan),
            )  # fmt: skip
            round_id = opened.id
    except (BadRequest, NotFound, Conflict) as problem:
        return _form(project, None, request.form, problem), problem.status
    return redirect(url_for("pages.show_round", round_id=round_id), 303)


@pages.get(f"/rounds/<{UNIT}:round_id>/edit")
@requires("round.manage")
def edit_round(round_id: int) -> ResponseReturnValue:
    """The form with the round's settings."""
    found = find_round(reader(), round_id, "round.manage")
    return _form(db.session.get_one(Project, found.project_id), found, _written(found))


@pages.post(f"/rounds/<{UNIT}:round_id>/edit")
@requires("round.manage")
def change_round(round_id: int) -> ResponseReturnValue:
    """Changes a round, or shows the form again with what is wrong."""
    actor = reader()
    found = find_round(actor, round_id, "round.manage")
    try:
        with transaction():
            plan = _posted_plan(design=found.design)
            programme.change_round(found, plan, actor=actor)
    except (BadRequest, NotFound) as problem:
        project = db.session.get_one(Project, found.project_id)
        return _form(project, found, request.form, problem), problem.status
    return redirect(url_for("pages.show_round", round_id=round_id), 303)


@pages.post(f"/rounds/<{UNIT}:round_id>/review")
@requires("round.manage")
def change_review(round_id: int) -> ResponseReturnValue:
    """Sets what happens to interviews that no check flags."""
    actor = reader()
    with transaction():
        found = find_round(actor, round_id, "round.manage")
        set_review_policy(found.project_id, found.code, posted("policy"), actor=actor)
    return redirect(url_for("pages.show_round", round_id=round_id), 303)


@pages.post(f"/rounds/<{UNIT}:round_id>/exceptions")
@requires("round.manage")
def grant_exception(round_id: int) -> ResponseReturnValue:
    """Lets a place's late interviews count."""
    actor = reader()
    found = find_round(actor, round_id, "round.manage")
    try:
        with transaction():
            unit_id, until = posted_id("unit") or 0, read_day(posted("until"))
            programme.grant_exception(found, unit_id, until, posted("reason"), actor=actor)
    except (BadRequest, NotFound) as problem:
        return _page(found, problem), problem.status
    return redirect(url_for("pages.show_round", round_id=round_id), 303)


def find_round(actor: Actor, round_id: int, capability: str = CAPABILITY) -> Round:
    """The round with this id; `NotFound` also when the reader has no part in its project."""
    found = db.session.get(Round, round_id)
    if found is None or not actor.may(capability, found.project_id):
        raise NotFound
    return found


def communes_of(actor: Actor, found: Round, capability: str = CAPABILITY) -> list[OrgUnit]:
    """The communes that the reader may see, in alphabetical order."""
    asked = UnitFilter(level="commune", below=found.org_unit_id)
    return list(find_units(actor, capability, asked, project_id=found.project_id))


def _page(found: Round, problem: Problem | None = None) -> str:
    plan = queries.plan_of(found)
    forms = [form for form in list_forms(found.project_id) if form.id in plan.form_ids]
    exceptions = queries.exceptions_of(found)
    places = [db.session.get(OrgUnit, exception.org_unit_id) for exception in exceptions]
    return render_template(
        "round.html",
        round=found,
        plan=plan,
        forms=forms,
        titles=titles(forms),
        place=db.session.get(OrgUnit, plan.org_unit_id) if plan.org_unit_id else None,
        sample=find_sample(found.id),
        exceptions=list(zip(exceptions, places, strict=True)),
        communes=communes_of(reader(), found),
        policies=POLICIES,
        today=clock.today(),
        deadline=queries.next_deadline(found),
        may_manage=reader().may("round.manage", found.project_id),
        problem=problem,
    )


def titles(forms: list[Form]) -> dict[int, str]:
    """Forms as people know them, by id."""
    return {
        form.id: form.current_version.title if form.current_version else form.xml_form_id
        for form in forms
    }


def _form(project: Project, found: Round | None, said: Any, problem: Problem | None = None) -> str:
    forms = list(list_forms(project.id))
    asked = UnitFilter(level="commune")
    chosen = said.getlist("form") if hasattr(said, "getlist") else said.get("form", ())
    return render_template(
        "round_form.html",
        project=project,
        round=found,
        said=said,
        chosen={str(form_id) for form_id in chosen},
        forms=forms,
        titles=titles(forms),
        communes=find_units(reader(), "round.manage", asked, project_id=project.id),
        designs=DESIGNS,
        problem=problem,
    )


def _written(found: Round) -> dict[str, Any]:
    """A round as the fields of its form have it."""
    plan = queries.plan_of(found)
    days = "\n".join(f"{day.isoformat()} {name}" for day, name in plan.deadlines)
    return {
        "code": found.code,
        "name": plan.name,
        "starts_on": plan.starts_on.isoformat(),
        "ends_on": plan.ends_on.isoformat() if plan.ends_on else "",
        "legal_basis": plan.legal_basis or "",
        "valid_for": plan.valid_for or "",
        "frozen_on": plan.frozen_on.isoformat() if plan.frozen_on else "",
        "unit": plan.org_unit_id or "",
        "form": plan.form_ids,
        "deadlines": days,
    }


def _posted_project(actor: Actor) -> Project:
    project = db.session.get(Project, posted_id("project") or 0)
    if project is None or not actor.may("round.manage", project.id):
        raise NotFound
    return project


def _posted_plan(design: str = "census") -> RoundPlan:
    starts_on = _day("starts_on")
    if starts_on is None:
        raise BadRequest("Say on which day the round starts.")
    months = posted("valid_for")
    if months and not months.isdecimal():
        raise BadRequest("Write the months as a number.")
    return RoundPlan(
        name=posted("name"),
        starts_on=starts_on,
        ends_on=_day("ends_on"),
        legal_basis=posted("legal_basis") or None,
        design=design,
        valid_for=int(months[:4]) if months else None,
        frozen_on=_day("frozen_on"),
        org_unit_id=(posted_id("unit") or 0) if posted("unit") else None,
        form_ids=tuple(read_id(text) or 0 for text in request.form.getlist("form")),
        deadlines=tuple(
            _deadline(line) for line in posted("deadlines").splitlines() if line.strip()
        ),
    )


def _further(plan: RoundPlan) -> dict[str, Any]:
    names = ("legal_basis", "design", "valid_for", "frozen_on", "org_unit_id", "form_ids",
             "deadlines")  # fmt: skip
    return {name: getattr(plan, name) for name in names}


def _day(name: str) -> date | None:
    text = posted(name)
    return read_day(text) if text else None


def _deadline(line: str) -> tuple[date, str]:
    day, _, name = line.strip().partition(" ")
    return read_day(day), name
