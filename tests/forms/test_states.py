"""Opening and closing forms."""

import pytest
from sqlalchemy import select

from app.accounts.actors import OPERATOR
from app.audit import AuditEvent
from app.db import db, transaction
from app.errors import BadRequest, NotAllowed, NotFound
from app.forms.models import Form
from app.forms.states import set_state
from tests import people
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    return start_survey()


@pytest.fixture
def form(survey):
    return db.session.scalars(select(Form)).one()


def test_a_closed_form_takes_nothing_and_the_change_is_on_record(survey, form):
    with transaction():
        set_state(survey.project.id, form.id, "closed", OPERATOR)
    assert survey.send(survey.instance(survey.ids[0])).case == "parked"

    event = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "form.state_set")
    ).one()
    assert (event.subject, event.detail) == (
        f"form:{form.id}", {"before": "open", "after": "closed"}
    )  # fmt: skip


def test_a_closing_form_still_takes_interviews(survey, form):
    with transaction():
        set_state(survey.project.id, form.id, "closing", OPERATOR)

    assert survey.send(survey.instance(survey.ids[0])).case == "new"


def test_the_same_state_again_is_no_act(survey, form):
    with transaction():
        set_state(survey.project.id, form.id, "open", OPERATOR)

    assert (
        db.session.scalars(select(AuditEvent).where(AuditEvent.action == "form.state_set")).all()
        == []
    )


def test_only_known_states_of_the_projects_own_forms_by_whoever_may(survey, form):
    with pytest.raises(BadRequest):
        set_state(survey.project.id, form.id, "ajar", OPERATOR)
    with pytest.raises(NotFound):
        set_state(survey.project.id + 1, form.id, "closed", OPERATOR)
    with transaction():
        lead = people.actor("commune_lead", of=survey.project)
    with pytest.raises(NotAllowed):
        set_state(survey.project.id, form.id, "closed", lead)
