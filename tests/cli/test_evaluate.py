"""`thonso figures evaluate` and `thonso queue read-again`."""

from app import pipeline
from app.db import db
from tests.survey import start_survey


def test_interviews_are_evaluated_again_stopped_and_resumed(thonso):
    survey = start_survey(households=1)
    survey.send(survey.instance(survey.ids[0]))
    project = f"--project {survey.project.id}"
    db.session.rollback()

    assert "No interviews were evaluated again." in thonso(f"figures evaluations {project}").output
    assert "ho: running, 0 of 1" in thonso(f"figures evaluate ho {project}").output
    assert "ho: stopped, 0 of 1" in thonso(f"figures evaluate ho --stop {project}").output
    assert thonso(f"figures evaluate ho --stop {project}").exit_code == 1
    assert "ho: running" in thonso(f"figures evaluate ho --resume {project}").output
    pipeline.settle()
    told = thonso(f"figures evaluations {project}").output
    assert "ho: finished, 1 of 1 interviews, " in told
    assert "ms of CPU each" in told
    assert thonso(f"figures evaluate nix {project}").exit_code == 1


def test_interviews_are_read_again(thonso):
    survey = start_survey(households=1)
    survey.send(survey.instance(survey.ids[0]))
    project = f"--project {survey.project.id}"
    db.session.rollback()

    assert "Being read again: 1" in thonso(f"queue read-again ho {project}").output
    assert thonso(f"queue read-again nix {project}").exit_code == 1
