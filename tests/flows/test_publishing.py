"""What a new version of a questionnaire does to the indicators in force."""

import pytest
from flask import Flask

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.errors import Conflict
from app.forms.source import FormSource
from app.indicators import catalog
from app.xforms.problems import FormRefused
from tests.survey import HOUSEHOLD_FORM, Survey, household_form, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    return start_survey()


def publish(survey: Survey, *changes: tuple[str, str], version: str = "2"):
    text = HOUSEHOLD_FORM.replace("{version}", version)
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    source = FormSource("ho.md", text.encode())
    return programme.publish(survey.project.id, source, OPERATOR)


def codes(survey: Survey, published) -> dict[str, str]:
    in_force = catalog.in_force(published.version.form_id)
    return {found.code: found.version for found in in_force}


def test_the_same_workbook_again_changes_nothing(survey):
    first = programme.publish(survey.project.id, household_form(), OPERATOR)
    again = programme.publish(survey.project.id, household_form(), OPERATOR)
    assert first.version.id == again.version.id
    assert codes(survey, again) == {"FIBRE": "1", "PHONE": "1"}


def test_a_changed_form_needs_a_new_version(survey):
    with pytest.raises(Conflict, match="Raise the version"):
        publish(survey, ("| Fibre     |  ", "| Fibre?    |  "), version="1")


def test_a_question_an_indicator_needs_cannot_vanish(survey):
    """The error names the indicator and stands at its cell."""
    with pytest.raises(FormRefused) as refused:
        publish(survey, ("| fibre        |", "| fiber        |"))
    found = [str(finding) for finding in refused.value.findings]
    assert any("fibre" in text and "indicators!" in text for text in found), found


def test_an_unknown_choice_code_is_refused(survey):
    with pytest.raises(FormRefused) as refused:
        publish(survey, ("${fibre} = '1'", "${fibre} = '7'"))
    assert any("7" in str(finding) for finding in refused.value.findings)


def test_an_upload_without_indicators_keeps_them_or_names_what_it_breaks(survey):
    bare = HOUSEHOLD_FORM[: HOUSEHOLD_FORM.index("| indicators |")]
    kept = FormSource("ho.md", bare.replace("{version}", "2").encode())
    assert codes(survey, programme.publish(survey.project.id, kept, OPERATOR)) == {
        "FIBRE": "1",
        "PHONE": "1",
    }
    without = bare.replace("{version}", "3").replace("| m_phone      |", "| m_fone       |")
    with pytest.raises(FormRefused) as refused:
        programme.publish(survey.project.id, FormSource("ho.md", without.encode()), OPERATOR)
    [finding] = refused.value.findings
    assert "PHONE" in str(finding)


def test_an_indicator_that_says_something_else_needs_a_new_version(survey):
    change = ("${fibre} = '1'", "${fibre} = '0'")
    with pytest.raises(Conflict, match="FIBRE"):
        publish(survey, change)
    raised = ("| FIBRE | 1 ", "| FIBRE | 2 ")
    assert codes(survey, publish(survey, change, raised))["FIBRE"] == "2"


def test_interviews_that_are_here_are_evaluated_with_the_new_version(survey):
    survey.send(survey.instance(survey.ids[0], fibre="1"))
    assert survey.figure().value == 1.0
    publish(survey, ("${fibre} = '1'", "${fibre} = '0'"), ("| FIBRE | 1 ", "| FIBRE | 2 "))
    pipeline.settle()
    figure = survey.figure()
    assert (figure.value, figure.version) == (0.0, "2")


def test_a_circle_of_calculations_is_found(survey):
    text = """
    | survey |
    | | type      | name | label | calculation |
    | | calculate | a    |       | ${b} + 1    |
    | | calculate | b    |       | ${a} + 1    |
    | settings |
    | | form_id | version |
    | | circle  | 1       |
    """
    with pytest.raises(FormRefused) as refused:
        programme.publish(survey.project.id, FormSource("circle.md", text.encode()), OPERATOR)
    assert any("survey!" in str(finding) for finding in refused.value.findings)
