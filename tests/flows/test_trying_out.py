"""New indicators are tried on interviews that are here before anybody publishes them."""

import pytest
from flask import Flask

from app import pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import driver
from app.forms.source import FormSource
from app.xforms.problems import FormRefused
from tests.survey import HOUSEHOLD_FORM, Survey, household_form, start_survey


@pytest.fixture
def survey(app: Flask) -> Survey:
    survey = start_survey()
    for number, household in enumerate(survey.ids):
        survey.post(survey.instance(household, fibre=("1", "0", "8")[number % 3]))
    pipeline.settle()
    return survey


def preview(survey: Survey, *changes: tuple[str, str], limit=None):
    text = HOUSEHOLD_FORM
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    source = household_form(indicators=text)
    return programme.preview(survey.project.id, source, survey.round, limit)


NEW = (("| FIBRE | 1 ", "| FIBRE | 2 "), ("${fibre} = '1'", "${fibre} = '0'"))


def test_before_and_after_stand_side_by_side(survey):
    found = preview(survey, *NEW)
    assert [change.code for change in found.changes] == ["FIBRE"]
    (row,) = found.tried.rows
    # Four times yes, three times no, three times "don't know".
    assert (row.before.n, row.before.y, row.before.missing["dont_know"]) == (7, 4, 3)
    assert (row.after.n, row.after.y, row.after.value) == (7, 3, pytest.approx(3 / 7))
    assert (row.changed, found.tried.interviews, found.tried.total) == (7, 10, 10)
    assert row.before.value == survey.figure().value


def test_nothing_is_changed_by_it(survey):
    tables = ("observations", "indicator_versions", "village_sums", "inbox", "evaluations")
    before = [driver().execute(f"select * from {name}").fetchall() for name in tables]
    preview(survey, *NEW)
    assert before == [driver().execute(f"select * from {name}").fetchall() for name in tables]


def test_the_newest_are_tried_when_there_are_many(survey):
    found = preview(survey, *NEW, limit=4)
    assert (found.tried.interviews, found.tried.total) == (4, 10)


def test_a_new_indicator_has_no_before_and_an_ended_one_no_after(survey):
    line = "| | FIBRE | 1       | Fibre      | household |                | ${fibre} = '1'     |\n"
    assert line in HOUSEHOLD_FORM
    found = preview(survey, (line, line.replace("FIBRE", "FASER")))
    new, ended = found.tried.rows
    assert (new.code, new.before, new.after.n, new.changed) == ("FASER", None, 7, 0)
    assert (ended.code, ended.before.n, ended.after, ended.changed) == ("FIBRE", 7, None, 0)


def test_without_changes_or_interviews_there_is_nothing_to_try(survey):
    assert preview(survey) == programme.Preview([], None)
    bare = HOUSEHOLD_FORM[: HOUSEHOLD_FORM.index("| indicators |")]
    source = FormSource("ho.md", bare.replace("{version}", "1").encode())
    assert programme.preview(survey.project.id, source, survey.round) == programme.Preview([], None)
    assert preview(survey, *NEW).tried is not None
    without = programme.preview(
        survey.project.id,
        household_form(indicators=HOUSEHOLD_FORM.replace("| FIBRE | 1 ", "| FIBRE | 2 ")),
        None,
    )
    assert without.tried is None
    assert [change.code for change in without.changes] == ["FIBRE"]


def test_a_faulty_workbook_is_refused(survey):
    with pytest.raises(FormRefused):
        preview(survey, ("${fibre} = '1'", "${fiber} = '1'"))


def test_what_was_tried_is_what_comes(survey):
    text = HOUSEHOLD_FORM
    for before, after in NEW:
        text = text.replace(before, after)
    tried = preview(survey, *NEW).tried.rows[0].after
    programme.publish(survey.project.id, household_form(indicators=text), OPERATOR)
    pipeline.settle()
    assert survey.figure().value == tried.value
    assert survey.figure().n == tried.n
