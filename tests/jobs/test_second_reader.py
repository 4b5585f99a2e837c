"""Two threads of a worker read interviews when more wait than one takes at once."""

import pytest
from flask import Flask

from app import ledger, pipeline
from app.db import db, driver
from app.jobs import second_reader, tasks
from app.jobs.second_reader import SecondReader
from tests.survey import Survey, start_survey

LONGEST = 30  # seconds


@pytest.fixture
def survey(app: Flask, monkeypatch) -> Survey:
    """A survey whose workers take two interviews at once."""
    monkeypatch.setattr(pipeline, "BATCH", 2)
    monkeypatch.setattr(second_reader, "BATCH", 2)
    return start_survey(households=6)


def unread() -> int:
    db.session.rollback()
    return ledger.owed(driver()).unread


def wait_for(reader: SecondReader) -> None:
    assert reader._thread is not None
    reader._thread.join(LONGEST)
    assert not reader._thread.is_alive()


def test_it_reads_until_no_full_batch_waits(survey):
    for household in survey.ids[:5]:
        survey.post(survey.instance(household))
    reader = SecondReader()
    reader.call()
    wait_for(reader)
    assert unread() == 0


def test_it_comes_again_when_it_is_called_again(survey):
    reader = SecondReader()
    for household in survey.ids[:2]:
        survey.post(survey.instance(household))
        reader.call()
        wait_for(reader)
    assert unread() == 0


def test_help_is_called_after_full_batches_only(survey):
    calls: list[int] = []
    for household in survey.ids[:5]:
        survey.post(survey.instance(household))
    pipeline.settle(call_help=lambda: calls.append(unread()))
    assert calls == [3, 1]


def test_all_that_two_read_is_counted(survey):
    for household in survey.ids:
        survey.post(survey.instance(household))
    tasks.settle()
    assert ledger.owed(driver()).is_settled
    assert survey.figure().n == len(survey.ids)


def test_when_the_database_is_away_it_says_so_and_ends(survey, monkeypatch, caplog):
    def fail() -> int:
        raise OSError

    monkeypatch.setattr(second_reader, "process_inbox", fail)
    reader = SecondReader()
    reader.call()
    wait_for(reader)
    assert "second reader stopped" in caplog.text
