"""Interviews that are read again: new indicators are evaluated, and nobody's decision is undone."""

from datetime import date

import pytest
from flask import Flask

from app import pipeline, programme
from app.accounts.actors import OPERATOR, Actor
from app.db import db, transaction
from app.forms.models import Form
from app.indicators import catalog
from app.rounds.change import set_review_policy
from app.rounds.models import Round
from app.submissions.models import Submission
from tests import people
from tests.survey import Survey, new_id, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey()


@pytest.fixture
def reviewer(survey: Survey) -> Actor:
    with transaction():
        return people.actor("commune_reviewer", of=survey.project)


def submission() -> Submission:
    db.session.expire_all()
    return db.session.query(Submission).one()


def decide(state: str, reviewer: Actor) -> None:
    with transaction():
        pipeline.decide(submission().id, state, None, reviewer)


def read_again(survey: Survey) -> None:
    with transaction():
        form = db.session.query(Form).filter_by(project_id=survey.project.id).one()
        assert catalog.read_again(form.id) > 0
    pipeline.settle()


def open_round(survey: Survey, code: str, starts_on: date) -> Round:
    with transaction():
        return programme.open_round(survey.project.id, code, code, starts_on, None, actor=OPERATOR)


def test_what_was_taken_back_is_not_approved_by_the_policy_again(survey, reviewer):
    survey.send(survey.instance(survey.ids[0]))
    decide("received", reviewer)
    read_again(survey)
    assert (submission().state, survey.figure().n) == ("received", 0)


def test_a_new_policy_holds_for_what_comes_from_now_on(survey):
    with transaction():
        set_review_policy(survey.project.id, "2026-1", "hold-all", actor=OPERATOR)
    survey.send(survey.instance(survey.ids[0]))
    with transaction():
        set_review_policy(survey.project.id, "2026-1", "approve-unflagged", actor=OPERATOR)
    read_again(survey)
    assert submission().state == "received"


def test_an_interview_stays_in_its_round(survey):
    survey.send(survey.instance(survey.ids[0], day=date(2026, 11, 1)))
    open_round(survey, "2026-2", date(2026, 7, 1))
    read_again(survey)
    assert survey.figure().n == 1


def test_an_edit_stays_in_the_round_of_its_interview(survey):
    first = new_id()
    survey.send(survey.instance(survey.ids[0], fibre="0", instance_id=first))
    later = open_round(survey, "2026-2", date(2026, 11, 10))
    edit = survey.instance(survey.ids[0], fibre="1", day=date(2026, 11, 12), deprecated_id=first)
    survey.send(edit)
    assert (survey.figure().value, survey.figure().n) == (1.0, 1)
    survey.round = later
    assert survey.figure().n == 0


def test_an_interview_without_a_round_counts_in_one_that_is_opened_later(survey, reviewer):
    with transaction():
        db.session.merge(survey.round).ends_on = date(2026, 6, 30)
    survey.send(survey.instance(survey.ids[0], day=date(2026, 11, 1)))
    decide("approved", reviewer)
    assert survey.figure().n == 0
    survey.round = open_round(survey, "2026-2", date(2026, 7, 1))
    read_again(survey)
    assert survey.figure().n == 1
