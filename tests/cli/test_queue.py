"""`thonso queue`: scripts wait for what was accepted to be processed."""

import pytest
from click.testing import CliRunner

from app import pipeline
from app.accounts.app_users import hash_token
from app.cli.main import cli
from app.submissions.intake import receive
from app.submissions.upload import Upload
from tests.survey import start_survey


@pytest.fixture
def thonso(config, monkeypatch):
    """The command, over the tests' database."""
    monkeypatch.setenv("THONSO_DATA", str(config.data_dir))
    monkeypatch.setenv("DATABASE_URL", config.conninfo)

    def run(*words):
        return CliRunner().invoke(cli, ["queue", *words])

    return run


@pytest.fixture
def owing(app, monkeypatch):
    """A survey with one interview that no worker has seen."""
    survey = start_survey(policy="hold-all")
    monkeypatch.setattr("app.queue.Doorbell.ring", lambda _: None)
    receive(
        Upload(survey.instance(survey.ids[0])),
        project_id=survey.project.id,
        token_hash=hash_token(survey.token),
    )


def test_what_is_owed_is_counted_and_told_by_the_exit_code(thonso, owing):
    found = thonso("status")
    assert found.exit_code == 1
    assert "interviews to read: 1" in found.output
    assert thonso("wait", "--timeout", "0.2").exit_code == 1


def test_held_interviews_are_settled_and_shown(thonso, owing):
    pipeline.settle()
    found = thonso("wait")
    assert found.exit_code == 0
    assert "waiting for a decision: 1" in found.output


def test_a_server_that_is_not_there(thonso, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://postgres@/thonso?host=/nowhere")
    for word in ("status", "wait"):
        found = thonso(word)
        assert found.exit_code == 2
        assert "thonso status" in found.output
