"""The person who was interviewed must be the one whom the server's seed draws."""

import pytest

from app import programme
from app.accounts.actors import OPERATOR
from app.db import db
from app.forms.source import FormSource
from app.households.draw import pick_number, pick_seed
from app.review.models import Flag
from tests.survey import PERSON_FORM, Survey, person_xml, start_survey


@pytest.fixture
def survey(app) -> Survey:
    survey = start_survey(households=3)
    with_adults = PERSON_FORM.replace("| person_key |", "| person_key | adults |").replace(
        "| pick_no    |\n| indicators", "| pick_no    | n15 |\n| indicators"
    )
    assert with_adults != PERSON_FORM
    programme.publish(survey.project.id, FormSource("p.md", with_adults.encode()), OPERATOR)
    return survey


def drawn(survey: Survey, household: str, adults: int) -> int:
    return pick_number(pick_seed(db.session.merge(survey.round).pick_salt, household), adults)


def flags() -> list[tuple[str, dict]]:
    return [(f.code, f.detail) for f in db.session.query(Flag) if f.code == "wrong-person"]


def test_the_right_person_is_not_flagged(survey):
    household = survey.ids[0]
    survey.send(person_xml(survey, household, typed=4, pick=drawn(survey, household, 4)))

    assert flags() == []


def test_another_person_is_flagged_with_the_number_that_was_drawn(survey):
    household = survey.ids[0]
    right = drawn(survey, household, 4)
    survey.send(person_xml(survey, household, typed=4, pick=right % 4 + 1))

    assert flags() == [("wrong-person", {"drawn": str(right)})]


def test_where_nobody_lives_nobody_was_drawn(survey):
    survey.send(person_xml(survey, survey.ids[0], typed=0, pick=1))

    assert flags() == []
