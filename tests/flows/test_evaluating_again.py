"""New indicators on interviews that are here: batch by batch, stopped, resumed, always right."""

import logging

import pytest
from flask import Flask

from app import ledger, pipeline, programme
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.errors import Conflict, NotAllowed
from app.indicators import reevaluate, stale
from tests import people, releasing
from tests.survey import HOUSEHOLD_FORM, Survey, household_form, start_survey

CHANGED = HOUSEHOLD_FORM.replace("| FIBRE | 1 ", "| FIBRE | 2 ").replace(
    "${fibre} = '1'", "${fibre} = '0'"
)


@pytest.fixture
def survey(app: Flask, monkeypatch) -> Survey:
    """Ten interviews, seven with fibre; batches of three."""
    monkeypatch.setattr(reevaluate, "BATCH", 3)
    survey = start_survey()
    for number, household in enumerate(survey.ids):
        survey.post(survey.instance(household, fibre="1" if number < 7 else "0"))
    pipeline.settle()
    assert survey.figure().value == 0.7
    return survey


def publish(survey: Survey) -> None:
    programme.publish(survey.project.id, household_form(indicators=CHANGED), OPERATOR)


def progress(survey: Survey) -> reevaluate.Progress:
    db.session.rollback()
    (found,) = reevaluate.list_progress(survey.project.id)
    return found


def settled() -> bool:
    db.session.rollback()
    return ledger.owed(driver()).is_settled


def test_figures_follow_when_all_are_evaluated_and_the_cost_is_told(survey):
    publish(survey)
    assert not settled()
    pipeline.settle()
    assert (survey.figure().value, survey.figure().version, survey.figure().n) == (0.3, "2", 10)
    found = progress(survey)
    assert (found.state, found.done, found.total) == ("finished", 10, 10)
    assert found.cpu_each > 0
    assert settled()


def test_it_stops_goes_on_and_does_nothing_twice(survey):
    publish(survey)
    assert pipeline.evaluate_again() == 3
    with transaction():
        reevaluate.stop(survey.project.id, "ho", OPERATOR)
    assert pipeline.evaluate_again() == 0
    pipeline.settle()
    assert (progress(survey).state, progress(survey).done) == ("stopped", 3)
    assert settled()  # nobody waits for what rests
    with transaction():
        reevaluate.resume(survey.project.id, "ho", OPERATOR)
    pipeline.settle()
    assert (progress(survey).state, progress(survey).done) == ("finished", 10)
    assert survey.figure().value == 0.3
    rows = driver().execute("select count(*) from observations").fetchone()
    assert rows == (10,)


def test_evaluating_once_more_changes_nothing(survey):
    before = driver().execute("select * from observations order by instance_pk").fetchall()
    with transaction():
        reevaluate.begin(driver().execute("select id from forms").fetchone()[0])
    pipeline.settle()
    after = driver().execute("select * from observations order by instance_pk").fetchall()
    assert before == after
    assert survey.figure().value == 0.7


def test_what_phones_send_meanwhile_goes_first_and_is_evaluated_once(survey):
    publish(survey)
    assert pipeline.evaluate_again() == 3
    survey.register(1, other := survey.add_village("Mook Trang"))
    household = f"{other.public_id}-0001"
    survey.post(survey.instance(household, fibre="0", village=str(other.public_id)))
    assert pipeline.process_inbox() == 1
    pipeline.settle()
    assert progress(survey).total == 10
    assert survey.figure(unit=other).value == 1.0
    assert survey.figure().value == 0.3


def test_no_figure_is_final_while_interviews_are_being_evaluated(survey):
    assert survey.figure().status == "final"
    publish(survey)
    assert pipeline.evaluate_again() == 3
    with transaction():
        stale.mark_project_stale(survey.project.id)
    pipeline.refresh_figures()
    with pytest.raises(Conflict, match="being evaluated"), transaction():
        releasing.release(survey.round, OPERATOR)
    found = survey.figure()
    assert (found.n, found.status) == (3, "provisional")
    assert found.ci_method != "census"
    pipeline.settle()
    assert (survey.figure().n, survey.figure().status) == (10, "final")


def test_a_publication_while_one_is_under_way_begins_anew(survey):
    publish(survey)
    pipeline.evaluate_again()
    again = CHANGED.replace("| FIBRE | 2 ", "| FIBRE | 3 ").replace("= '0'", "!= '5'", 1)
    again = again.replace("!= '5'", "!= '1'")
    programme.publish(survey.project.id, household_form(indicators=again), OPERATOR)
    assert progress(survey).done == 0
    pipeline.settle()
    assert (survey.figure().version, survey.figure().value) == ("3", 0.3)


def test_a_fault_stops_it_with_its_reason_and_holds_up_nobody(survey, monkeypatch, caplog):
    publish(survey)
    real = reevaluate.hear

    def broken(interviews):
        raise ValueError("no such thing")

    monkeypatch.setattr(reevaluate, "hear", broken)
    with caplog.at_level(logging.CRITICAL):
        pipeline.settle()
    assert (progress(survey).state, progress(survey).done) == ("stopped", 0)
    assert "no such thing" in progress(survey).reason
    monkeypatch.setattr(reevaluate, "hear", real)
    with transaction():
        reevaluate.resume(survey.project.id, "ho", OPERATOR)
    pipeline.settle()
    assert survey.figure().value == 0.3


def test_only_what_runs_is_stopped_and_only_by_whoever_manages_forms(survey):
    publish(survey)
    with transaction():
        lead = people.actor("commune_lead", of=survey.project)
    with pytest.raises(NotAllowed):
        reevaluate.stop(survey.project.id, "ho", lead)
    with pytest.raises(Conflict):
        reevaluate.resume(survey.project.id, "ho", OPERATOR)
    with pytest.raises(Conflict):
        reevaluate.stop(survey.project.id, "nix", OPERATOR)
