"""The doorbell: rings cost nothing, what is owed is found again, workers run jobs by name."""

import threading
from importlib import import_module

import pytest
import redis
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app import ledger
from app.db import db, driver
from app.jobs import sweep
from app.queue import JOBS, Doorbell, enqueue, open_queue
from tests.survey import Survey, start_survey


@pytest.fixture
def connection(app: Flask, config):
    """A database of the queue's server into which no doorbell of this process rings."""
    client = redis.Redis.from_url(config.queue_url, db=1)
    client.flushdb()
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def survey(app: Flask, monkeypatch) -> Survey:
    """A survey in a process whose bell is broken: every ring is lost."""
    monkeypatch.setattr(Doorbell, "ring", lambda _: None)
    return start_survey()


def run_jobs(connection) -> None:
    """What a worker does until its queue is empty."""
    worker = SimpleWorker(
        [open_queue(connection)], connection=connection, serializer=JSONSerializer
    )
    worker.work(burst=True, logging_level="WARNING")


def test_every_job_name_resolves():
    for path in JOBS.values():
        module, _, name = path.rpartition(".")
        assert callable(getattr(import_module(module), name))


def test_a_job_waits_once_however_often_it_is_rung(connection):
    queue = open_queue(connection)
    for _ in range(5):
        enqueue(queue, "settle")
    assert queue.count == 1


def test_a_worker_processes_what_was_sent(connection, survey):
    survey.post(survey.instance(survey.ids[0]))
    assert not ledger.owed(driver()).is_settled
    db.session.rollback()
    enqueue(open_queue(connection), "settle")
    run_jobs(connection)
    assert ledger.owed(driver()).is_settled
    assert survey.figure().value == 1.0


def test_the_sweep_rings_for_what_no_ring_announced(app, connection, survey):
    queue = open_queue(connection)
    sweep.look(app, queue)
    assert queue.count == 0
    survey.post(survey.instance(survey.ids[0]))
    sweep.look(app, queue)
    assert queue.count == 1
    run_jobs(connection)
    assert ledger.owed(driver()).is_settled


def test_a_queue_that_is_away_stops_nobody(caplog):
    bell = Doorbell("unix:///nowhere/valkey.sock")
    bell.ring()
    bell.ring()
    assert bell.thread is not None
    assert bell.thread.daemon


@pytest.mark.parametrize(
    "fault",
    [
        redis.ConnectionError("refused"),
        redis.exceptions.BusyLoadingError("loading the dataset in memory"),
        redis.exceptions.ReadOnlyError("a replica"),
        redis.exceptions.TimeoutError("timeout"),
        OSError(104, "Connection reset by peer"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "half an answer"),
    ],
)
def test_whatever_the_queue_says_the_next_ring_is_heard(config, monkeypatch, fault):
    heard, told = threading.Event(), iter([fault])

    def enqueue(*_):
        if (error := next(told, None)) is not None:
            heard.set()
            raise error
        heard.set()

    monkeypatch.setattr("app.queue.enqueue", enqueue)
    bell = Doorbell(config.queue_url)
    for _ in range(2):
        bell.ring()
        assert heard.wait(10)
        heard.clear()
