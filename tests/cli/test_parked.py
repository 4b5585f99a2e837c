"""`thonso parked`: what waits is told with its ways out, and settled."""

import re

import pytest

from app import pipeline
from app.db import driver
from tests.survey import new_id, start_survey


@pytest.fixture
def outdated(app):
    """An edit of a version that was edited meanwhile."""
    survey, first = start_survey(policy="hold-all", households=1), new_id()
    survey.send(survey.instance(survey.ids[0], instance_id=first))
    for _ in range(2):
        survey.send(survey.instance(survey.ids[0], deprecated_id=first))
    return survey


def test_an_operator_sees_what_waits_and_files_it(thonso, outdated):
    told = thonso(f"parked list --project {outdated.project.id}").output
    assert "It edits a version that somebody has edited meanwhile." in told
    assert "(newest, attach, discard)" in told
    number = re.match(r"\d+", told)[0]

    refused = thonso(f"parked settle {number} discard")
    assert (refused.exit_code, "Write why" in refused.output) == (1, True)
    assert "It is interview" in thonso(f"parked settle {number} newest").output
    pipeline.settle()

    versions = driver().execute("select count(*) from interviews").fetchone()
    assert versions == (3,)
    assert "Nothing is parked." in thonso(f"parked list --project {outdated.project.id}").output
