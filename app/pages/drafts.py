"""Drafts of forms: the code for testers, what they sent, and going live by one act."""

import segno
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData

from app import programme
from app.access import requires
from app.accounts.phone_settings import collect_settings, leads_home, options_of
from app.db import transaction
from app.drafts.make import draft_url, drop_draft, get_draft
from app.drafts.models import FormDraft
from app.drafts.trials import definition_of_draft, trials_of
from app.errors import BadRequest, Conflict
from app.org_units.queries import find_by_code
from app.pages.answers import answer_sheet
from app.pages.blueprint import pages
from app.pages.inputs import posted
from app.pages.phone_address import phone_base
from app.pages.publishing import (
    HOUR,
    as_finding,
    posted_project,
    refused_page,
    source_of_ticket,
    tickets,
)
from app.pages.reader import reader
from app.pages.rules import UNIT
from app.projects.queries import get_project
from app.submissions.models import Interview, InterviewRow
from app.submissions.personal import Personal
from app.submissions.queries import Contents
from app.submissions.reading import Reading
from app.xforms.problems import Finding, FormRefused

DRAFT = f"/forms/drafts/<{UNIT}:draft_id>"
TEST_CODE = "test"  # what testers' phones write where surveyors' write their code


@pages.post("/forms/drafts")
@requires("form.manage")
def save_draft() -> ResponseReturnValue:
    """Keeps what was handed in and checked as a draft."""
    project_id = posted_project()
    try:
        handed_in = tickets(project_id).loads(posted("ticket", longest=None), max_age=HOUR)
    except BadData as error:
        raise BadRequest("This check is too old. Hand the file in again.") from error
    code = posted("place")
    place = find_by_code(code) if code else None
    if code and place is None:
        raise BadRequest("No place has this code today.")
    source, unit_id = source_of_ticket(handed_in), place.id if place else None
    try:
        saved = programme.save_draft(project_id, source, reader(), unit_id)
    except FormRefused as refusal:
        return refused_page(source.name, project_id, refusal.findings)
    except Conflict as problem:
        return refused_page(source.name, project_id, [as_finding(problem)])
    return redirect(url_for("pages.show_draft", draft_id=saved.id), 303)


@pages.get(DRAFT)
@requires("form.manage")
def show_draft(draft_id: int) -> ResponseReturnValue:
    """The draft with its code, and the trial interviews with all their answers."""
    return _page(get_draft(draft_id, reader()))


@pages.post(f"{DRAFT}/publish")
@requires("form.manage")
def publish_draft(draft_id: int) -> ResponseReturnValue:
    """Publishes exactly what was tried out; the trial interviews go."""
    draft = get_draft(draft_id, reader())
    try:
        published = programme.publish_draft(draft_id, reader())
    except FormRefused as refusal:
        return _page(draft, refusal.findings), Conflict.status
    except Conflict as problem:
        return _page(draft, [as_finding(problem)]), Conflict.status
    version = published.version
    address = url_for("pages.show_form", form_id=version.form_id, published=version.version)
    return redirect(address, 303)


@pages.post(f"{DRAFT}/discard")
@requires("form.manage")
def discard_draft(draft_id: int) -> ResponseReturnValue:
    """Ends the draft, and all that was sent to it."""
    with transaction():
        project_id = get_draft(draft_id, reader()).project_id
        drop_draft(draft_id, reader(), "discarded")
    return redirect(url_for("pages.list_forms", project=project_id), 303)


def _page(draft: FormDraft, errors: "list[Finding] | tuple[Finding, ...]" = ()) -> str:
    project = get_project(draft.project_id)
    base = phone_base()
    address = draft_url(draft, base)
    settings = collect_settings(address, f"Test: {draft.title}", TEST_CODE, options_of(project))
    definition = definition_of_draft(draft)
    return render_template(
        "draft.html",
        draft=draft,
        project=project,
        address=address,
        code=segno.make(settings, error="l", micro=False).svg_data_uri(
            scale=6, border=4, light="#fff"
        ),
        leads_home=leads_home(base),
        trials=[
            (trial, answer_sheet(definition, *_answers(trial.reading), {}))
            for trial in trials_of(draft)
        ],
        errors=errors,
    )


def _answers(reading: Reading) -> tuple[Contents, Personal]:
    """A trial's answers in the shape of an interview's, though none of it is in the books."""
    rows = [
        InterviewRow(
            repeat=row.repeat, position=".".join(map(str, row.position)), answers=row.answers
        )
        for row in reading.answers.rows
    ]
    personal = {
        (row.repeat, ".".join(map(str, row.position))): row.personal for row in reading.answers.rows
    }
    interview = Interview(answers=reading.answers.top, outcome=reading.outcome)
    return Contents(interview, rows), Personal(reading.answers.personal, personal)
