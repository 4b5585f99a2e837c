"""Interviews that fail: tried again with growing waits, set aside, processed again after a fix."""

import psycopg
import pytest
from sqlalchemy import exc

from app import ledger, pipeline
from app.accounts.actors import OPERATOR
from app.db import db, driver, is_passing, transaction
from app.errors import Conflict
from app.submissions import set_aside
from app.submissions.inbox import WAITS
from app.submissions.models import Instance
from tests.survey import start_survey


@pytest.fixture
def survey(app):
    return start_survey()


@pytest.fixture
def bad(survey, monkeypatch):
    """Three interviews, the first of which cannot be read; calling it mends the reader."""
    for household in survey.ids[:3]:
        survey.post(survey.instance(household))
    broken = db.session.query(Instance.id).order_by(Instance.id).first()[0]
    db.session.rollback()
    error = RuntimeError("unheard of")
    return Broken(broken, error, monkeypatch)


class Broken:
    """The reader, which stumbles over one interview."""

    def __init__(self, pk, error, monkeypatch):
        self.pk, self.error = pk, error
        self._real = pipeline.read_entries
        monkeypatch.setattr(pipeline, "read_entries", self.read)

    def read(self, entries):
        if self.error and any(entry.instance_pk == self.pk for entry in entries):
            raise self.error
        return self._real(entries)


def state():
    row = driver().execute(
        "select attempts, round(extract(epoch from retry_at - failed_at))::int, last_error"
        " from inbox"
    )
    found = row.fetchone()
    db.session.rollback()
    return found


def let_time_pass():
    with transaction():
        driver().execute("update inbox set retry_at = now()")


def owed():
    found = ledger.owed(driver())
    db.session.rollback()
    return found


def submissions():
    found = driver().execute("select count(*) from submissions").fetchone()[0]
    db.session.rollback()
    return found


def fail_to_the_end():
    for _ in WAITS:
        pipeline.settle()
        let_time_pass()
    pipeline.settle()


def test_the_others_go_on_and_the_bad_one_waits_longer_each_time(bad):
    for attempt, wait in enumerate(WAITS, 1):
        pipeline.settle()
        pipeline.settle()  # before its time it is left alone
        assert state() == (attempt, wait, "RuntimeError: unheard of")
        assert (submissions(), owed().unread, owed().is_settled) == (2, 1, False)
        let_time_pass()
    pipeline.settle()
    assert (owed().unread, owed().set_aside, owed().is_settled) == (0, 1, True)
    let_time_pass()
    pipeline.settle()
    assert state()[0] == ledger.MOST_ATTEMPTS


def test_a_clock_that_was_put_back_holds_nothing_up(bad):
    pipeline.settle()
    with transaction():
        driver().execute("update inbox set retry_at = now() + interval '2 days'")
    pipeline.settle()
    assert state()[0] == 2


def test_the_machines_failures_are_not_counted(bad):
    bad.error = psycopg.errors.DiskFull("no room")
    with pytest.raises(psycopg.errors.DiskFull):
        pipeline.settle()
    assert driver().execute("select max(attempts) from inbox").fetchone() == (0,)
    db.session.rollback()
    bad.error = None
    pipeline.settle()
    assert (submissions(), owed().is_settled) == (3, True)


def test_after_a_fix_all_with_one_reason_are_processed_again(bad, survey):
    fail_to_the_end()
    [found] = set_aside.list_set_aside([survey.project.id])
    db.session.rollback()
    assert (found.instance_pk, found.form, found.reason) == (
        bad.pk,
        "ho",
        "RuntimeError: unheard of",
    )
    bad.error = None
    for projects, reason in (([survey.project.id], "another"), ([survey.project.id + 1], None)):
        with pytest.raises(Conflict), transaction():
            set_aside.process_again(OPERATOR, projects, reason=reason)
    with transaction():
        assert set_aside.process_again(OPERATOR, [survey.project.id], reason=found.reason) == 1
    pipeline.settle()
    assert (submissions(), owed().set_aside, survey.figure().n) == (3, 0, 3)


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (psycopg.OperationalError("server closed the connection"), True),
        (psycopg.errors.DiskFull(), True),
        (psycopg.errors.DeadlockDetected(), True),
        (psycopg.errors.AdminShutdown(), True),
        (exc.OperationalError("select 1", {}, psycopg.errors.CannotConnectNow()), True),
        (exc.TimeoutError(), True),
        (psycopg.DatabaseError("server closed the connection unexpectedly"), True),
        (psycopg.errors.ReadOnlySqlTransaction(), True),
        (OSError(28, "No space left on device"), True),
        (FileNotFoundError(2, "No such file"), False),
        (psycopg.ProgrammingError("the query has 1 placeholder"), False),
        (psycopg.errors.InFailedSqlTransaction(), False),
        (psycopg.errors.ProgramLimitExceeded(), False),
        (psycopg.errors.QueryCanceled(), False),
        (exc.DataError("select 1", {}, psycopg.errors.NumericValueOutOfRange()), False),
        (ValueError("x"), False),
    ],
)
def test_what_passes_by_itself(error, passing):
    assert is_passing(error) is passing


def test_a_reason_quotes_no_answers(app):
    statement = "insert into inbox (instance_pk, attempts) values (4711, null)"
    with pytest.raises(psycopg.Error) as caught:
        driver().execute(statement)
    db.session.rollback()
    assert "4711" in str(caught.value)
    assert "4711" not in set_aside.reason_of(caught.value)
    assert set_aside.reason_of(ValueError()) == "ValueError: "
