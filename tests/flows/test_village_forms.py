"""What villages report of themselves, a quarter at a time."""

from datetime import date

import pytest
from flask import Flask

from app import programme
from app.accounts.actors import OPERATOR
from app.forms.source import FormSource
from app.org_units.models import OrgUnit
from tests import people
from tests.survey import Survey, new_id, start_survey

VILLAGE_FORM = """
| survey |
| | type          | name       | label   |
| | today         | today      |         |
| | text          | village_id | Village |
| | text          | period     | Quarter |
| | select_one yn | group      | Group   |
| | integer       | people     | People  |
| choices |
| | list_name | name | label |
| | yn        | 1    | Yes   |
| | yn        | 2    | No    |
| settings |
| | form_id | version | form_title | org_unit   |
| | thon    | 1       | Village    | village_id |
| indicators |
| | code   | version | label  | unit    | numerator      |
| | GROUP  | 1       | Group  | village | ${group} = '1' |
| | PEOPLE | 1       | People | village | ${people}      |
"""


@pytest.fixture
def survey(app: Flask) -> Survey:
    survey = start_survey(households=0)
    programme.publish(survey.project.id, FormSource("thon.md", VILLAGE_FORM.encode()), OPERATOR)
    return survey


@pytest.fixture
def other(survey: Survey) -> OrgUnit:
    village = survey.add_village("Mook Trang")
    survey.register(0, village)
    return village


def report(
    village: OrgUnit,
    group: str = "1",
    people_: int = 100,
    period: str = "",
    day: date = date(2026, 11, 1),
) -> bytes:
    return (
        f'<data id="thon" version="1"><today>{day}</today><village_id>{village.public_id}'
        f"</village_id><period>{period}</period><group>{group}</group><people>{people_}</people>"
        f"<meta><instanceID>{new_id()}</instanceID></meta></data>"
    ).encode()


def commune(survey: Survey, indicator: str = "GROUP"):
    return survey.figure(indicator, unit=people.unit(people.IA_DOM))


def test_a_village_that_did_not_report_is_missing(survey, other):
    survey.send(report(survey.village))
    figure = commune(survey)
    assert (figure.value, figure.coverage, figure.status) == (1.0, 0.5, "provisional")
    survey.send(report(other, group="2"))
    figure = commune(survey)
    assert (figure.value, figure.coverage, figure.status) == (0.5, 1.0, "final")


def test_a_second_report_about_a_quarter_waits(survey):
    for people_ in (100, 300):
        survey.send(report(survey.village, people_=people_, period="2026-Q3"))
    assert survey.figure("PEOPLE").value == 100


def test_a_village_counts_once_however_many_quarters_it_reports(survey, other):
    """One village with 100, then 300 people, another with 400: 300 on average, not 267."""
    survey.send(report(survey.village, people_=100, period="2026-Q2"))
    survey.send(report(survey.village, people_=300, period="2026-Q3"))
    survey.send(report(other, people_=400, period="2026-Q3"))
    assert commune(survey, "PEOPLE").value == pytest.approx(300)
    assert commune(survey).coverage == 1.0


def test_the_quarter_is_that_of_the_visit_where_nobody_says_it(survey):
    survey.send(report(survey.village, people_=100, day=date(2026, 9, 30)))
    survey.send(report(survey.village, people_=900, day=date(2026, 9, 1)))
    survey.send(report(survey.village, people_=300, day=date(2026, 10, 1)))
    assert survey.figure("PEOPLE").value == pytest.approx(200)
