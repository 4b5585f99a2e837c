"""Stored sums against the raw answers: no drift, and a planted one is found."""

import pytest

from app import daily, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.indicators.self_check import last_check
from app.samples.design import Design
from tests.survey import person_form, person_xml, start_survey


@pytest.fixture
def survey(app):
    """Households with several adults, don't-knows, and persons; two villages."""
    survey = start_survey(households=6)
    programme.publish(survey.project.id, person_form(), OPERATOR)
    other = survey.add_village("Bi")
    survey.villages = {str(v.public_id): v for v in (survey.village, other)}
    survey.homes = [*survey.ids, *survey.register(6, other)]
    return survey


def send(survey):
    for number, household in enumerate(survey.homes):
        place = household.rpartition("-")[0]
        members = [(30 + n, "0128"[(n + number) % 4]) for n in range(1 + number % 4)]
        fibre = "108"[number % 3]
        survey.post(survey.instance(household, members=members, fibre=fibre, village=place))
        survey.post(person_xml(survey, household, net="12"[number % 2], village=place))
    pipeline.settle()


def plant(statement):
    """Changes stored sums of villages behind everybody's back; what is kept of communes goes."""
    with transaction():
        driver().execute(statement)
        driver().execute("delete from commune_bases")


def checked(survey, share=1.0):
    daily.check_figures(share)
    return last_check()


@pytest.mark.parametrize("design", [None, Design("simple", 8), Design("two-stage", 2, take=4)])
def test_what_is_stored_is_what_the_interviews_say(survey, design):
    if design is not None:
        with transaction():
            found = db.session.merge(survey.round)
            programme.draw_sample(found, design, "hạt", actor=OPERATOR)
    send(survey)
    check = checked(survey)
    assert (check.drifted, check.drifts, check.passed_over) == (0, [], 0)
    assert (check.villages, check.done) == (2, 2)
    assert check.sums >= 6
    assert check.finished_at


@pytest.mark.parametrize("column", ["n", "y", "yy", "dont_know"])
def test_a_planted_drift_is_found_and_left_for_people_to_see(survey, column, caplog):
    send(survey)
    plant(
        f"update village_sums set {column} = {column} + 1 where ctid in"
        " (select ctid from village_sums limit 1)"
    )
    assert daily.check_figures(1.0) == 1
    check = last_check()
    [drift] = check.drifts
    assert (drift["name"], drift["stored"] - drift["expected"]) == (column, pytest.approx(1))
    assert "thonso figures check" in caplog.text
    assert daily.check_figures(1.0) == 1


def test_a_sum_that_is_gone_is_found(survey):
    send(survey)
    plant(
        "delete from village_sums where ctid in (select ctid from village_sums where m > 0 limit 1)"
    )
    assert checked(survey).drifted == 1


def test_villages_whose_sums_are_owed_are_passed_over(survey):
    send(survey)
    survey.post(survey.instance(survey.ids[0], fibre="0"))
    pipeline.process_inbox()
    check = checked(survey)
    assert (check.passed_over, check.drifted) == (1, 0)


def test_villages_are_passed_over_while_interviews_are_evaluated_again(survey):
    send(survey)
    with transaction():
        driver().execute(
            "insert into evaluations (form_id, until_pk, total)"
            " select id, 9, 9 from forms where xml_form_id = 'ho'"
        )
    plant("update village_sums set y = y + 1")
    check = checked(survey)
    assert (check.passed_over, check.drifted) == (2, 0)


def test_a_share_is_at_least_one_village(survey):
    send(survey)
    assert checked(survey, 0.01).villages == 1


def test_without_interviews_there_is_nothing_to_check(survey):
    check = checked(survey)
    assert (check.villages, check.sums, check.drifted) == (0, 0, 0)
