"""Threads of a worker: one reads along when many interviews wait, another gives figures out."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select

from app import ledger, pipeline
from app.accounts.actors import OPERATOR
from app.db import db, driver, transaction
from app.embedded.processes import wait_until
from app.indicators import giving_out
from app.indicators.release_queries import OUT, list_releases
from app.jobs import tasks
from app.jobs.beside import Beside
from app.submissions.models import Submission
from tests import people
from tests.survey import Survey, start_survey

LONGEST = 30  # seconds


@pytest.fixture
def survey(app: Flask, monkeypatch) -> Survey:
    """A survey whose workers take two interviews at once."""
    monkeypatch.setattr(pipeline, "BATCH", 2)
    monkeypatch.setattr(tasks, "BATCH", 2)
    return start_survey(households=6)


def unread() -> int:
    db.session.rollback()
    return ledger.owed(driver()).unread


def wait_for(reader: Beside) -> None:
    assert reader._thread is not None
    reader._thread.join(LONGEST)
    assert not reader._thread.is_alive()


def test_it_reads_until_no_full_batch_waits(survey):
    for household in survey.ids[:5]:
        survey.post(survey.instance(household))
    reader = tasks.SECOND_READER
    reader.call()
    wait_for(reader)
    assert unread() == 0


def test_it_comes_again_when_it_is_called_again(survey):
    reader = tasks.SECOND_READER
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


def test_when_the_database_is_away_it_says_so_and_ends(app, caplog):
    def fail() -> bool:
        raise OSError

    reader = Beside("second reader", fail)
    reader.call()
    wait_for(reader)
    assert "The second reader stopped" in caplog.text


def test_a_decision_is_seen_while_figures_are_given_out(survey, app, monkeypatch):
    """What is withheld of a province takes long to find: here, until the decision was seen."""
    for household in survey.ids:
        survey.send(survey.instance(household))
    is_hiding, is_seen = threading.Event(), threading.Event()
    hide = giving_out.hide

    def wait_and_hide(*family):
        is_hiding.set()
        assert is_seen.wait(LONGEST)
        hide(*family)

    monkeypatch.setattr(giving_out, "hide", wait_and_hide)
    with transaction():
        giving_out.begin(survey.round, OPERATOR)
        reviewer = people.actor("commune_reviewer", people.IA_DOM, of=survey.project)
    worker = threading.Thread(target=settle_within, args=(app.app_context(),))
    worker.start()
    assert is_hiding.wait(LONGEST)
    with transaction():
        one = db.session.scalars(select(Submission.id)).first()
        pipeline.decide(one, "rejected", "đếm hai lần", reviewer)
    assert wait_until(lambda: count(survey) == len(survey.ids) - 1, seconds=LONGEST)
    is_seen.set()
    worker.join(LONGEST)
    (made,) = list_releases(survey.round.id)
    assert made.state == OUT


def settle_within(context):
    with context:
        tasks.settle()


def count(survey):
    db.session.rollback()  # what is read is read anew
    return survey.figure().n
