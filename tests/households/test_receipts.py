"""A surveyor's list of what the server holds of theirs: their own, fresh, and without names."""

import csv
import io

import pytest

from app import pipeline, programme
from app.accounts.actors import OPERATOR, app_user_actor
from app.clock import today
from app.db import db, transaction
from app.forms.source import FormSource
from app.households.lists import surveyor_list
from app.submissions.models import Submission
from tests import people
from tests.survey import Survey, new_id, start_survey

FORM = """
| survey |
| | type | name | label |
| | select_one_from_file receipts.csv | which | Phiếu |
| settings |
| | form_id | version |
| | so | 1 |
"""


@pytest.fixture
def survey(app) -> Survey:
    survey = start_survey(policy="hold-all", households=3)
    programme.publish(survey.project.id, FormSource("so.md", FORM.encode()), OPERATOR)
    return survey


def held(survey, phone=None):
    actor = app_user_actor((phone or survey.phone).id)
    content = surveyor_list("receipts", actor, survey.project.id).content.decode()
    return [tuple(row[key] for key in ("name", "household", "form", "received", "state"))
            for row in csv.DictReader(io.StringIO(content))]  # fmt: skip


def test_what_was_sent_is_there_at_once_and_follows_its_review(survey):
    assert held(survey) == []
    one = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=one))
    known = (one, survey.ids[0], "ho", str(today()))
    assert held(survey) == [(*known, "received")]

    with transaction():
        reviewer = people.actor("commune_lead", of=survey.project)
    with transaction():
        submission_id = db.session.query(Submission.id).one()[0]
        pipeline.decide(submission_id, "approved", None, reviewer)
    assert held(survey) == [(*known, "approved")]

    edit = new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=edit, deprecated_id=one))
    assert held(survey) == [(edit, survey.ids[0], "ho", str(today()), "edited")]


def test_what_could_not_be_filed_is_there_as_well(survey):
    survey.send(survey.instance(survey.ids[0], version="99"))
    survey.send(survey.instance(survey.ids[1]))

    assert [row[4] for row in held(survey)] == ["received", "parked"]


def test_nobody_sees_what_others_sent(survey):
    with transaction():
        other = people.surveyor(survey.village, of=survey.project, username="dtv02")
    survey.send(survey.instance(survey.ids[0]))

    assert held(survey, other) == []
