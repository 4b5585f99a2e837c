"""Questions of the hot paths, when the connection breaks under them."""

import os
import socket
import threading
from contextlib import contextmanager
from types import SimpleNamespace

import psycopg
import pytest
from psycopg import pq
from sqlalchemy import exc, text

from app import db
from app.db import Question, ask, autocommit, repeated, transaction
from tests.breaking import AWAY, cut

SLOW = Question(b"slow", b"select pg_sleep(0.5)::text, $1::text")


def break_soon():
    """Ends the pooled connection from below while its question is being answered."""
    with autocommit() as connection:
        descriptor = os.dup(connection.pgconn.socket)

    def end():
        with socket.socket(fileno=descriptor) as line:
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(0.2, end)
    timer.start()
    return timer


def test_a_question_is_asked_again_when_the_connection_breaks_in_the_middle(app):
    timer = break_soon()

    assert ask(SLOW, b"answer") == [(b"", b"answer")]

    timer.join()


def test_a_broken_connection_is_known_by_an_error_without_a_code(app, monkeypatch):
    """When a server process is killed, libpq may tell of it before it calls the connection bad."""
    answer = SimpleNamespace(
        status=pq.ExecStatus.FATAL_ERROR,
        error_field=lambda _: None,
        get_error_message=lambda _: "server closed the connection unexpectedly",
    )
    broken = SimpleNamespace(
        status=pq.ConnStatus.OK,
        exec_prepared=lambda *_: answer,
    )
    real, asked = db.autocommit, []

    @contextmanager
    def first_broken():
        asked.append(1)
        with real() as connection:
            yield SimpleNamespace(pgconn=broken) if len(asked) == 1 else connection

    monkeypatch.setattr(db, "autocommit", first_broken)

    assert ask(SLOW, b"answer") == [(b"", b"answer")]
    assert len(asked) == 2


def test_a_refusal_of_the_database_is_no_broken_connection(app):
    with pytest.raises(psycopg.errors.DivisionByZero):
        ask(Question(b"wrong", b"select 1 / $1::int"), b"0")


def test_nothing_is_asked_and_answered_as_nothing(app):
    assert ask(Question(b"nothing", b"select $1::text"), None) == [(None,)]


def test_what_keeps_a_question_from_being_prepared_is_told(app):
    with pytest.raises(psycopg.errors.UndefinedTable):
        ask(Question(b"unknown", b"select $1::text from no_table"), b"1")


@pytest.fixture
def numbers(app):
    """A table of one row, asked as the hot paths ask; calling it changes its column's type."""
    with autocommit() as connection:
        connection.execute("create table numbers (n int)")
        connection.execute("insert into numbers values (7)")
        yield lambda: connection.execute("alter table numbers alter n type bigint")
        connection.execute("drop table numbers")


def test_a_plan_of_an_earlier_schema_is_made_anew(numbers):
    question, other = Question(b"numbers", b"select n from numbers"), "select n from numbers"

    def read():
        with autocommit() as connection:
            return connection.execute(other).fetchone()

    assert (ask(question), read()) == ([(b"7",)], (7,))

    numbers()

    assert (ask(question), repeated(read)) == ([(b"7",)], (7,))


def test_a_connection_left_in_a_failed_transaction_is_not_handed_out_so(app):
    with autocommit() as connection:
        connection.execute("begin")
        with pytest.raises(psycopg.errors.DivisionByZero):
            connection.execute("select 1 / 0")

    assert ask(Question(b"nothing", b"select $1::text"), b"well") == [(b"well",)]


def test_a_unit_of_work_ends_without_its_connection(app):
    def end_amid():
        with transaction():
            db.db.session.execute(text("select 1"))
            cut(db.driver())
            db.db.session.execute(text("select 2"))

    with pytest.raises(exc.OperationalError):
        end_amid()

    with transaction():
        assert db.db.session.scalar(text("select 3")) == 3
        cut(db.driver())
        db.db.session.close()  # as at the end of a request
    assert db.db.session.scalar(text("select 4")) == 4
    db.db.session.rollback()


def test_one_moment_stays_whatever_others_change(app):
    count = text("select count(*) from stale_villages")
    note = text("insert into stale_villages (round_id, village_id) values (1, :village)")
    with transaction():
        db.db.session.execute(note, {"village": 1})
    with transaction():
        db.db.session.execute(count)  # of no consequence for the moment
        db.see_one_moment()
        assert db.db.session.scalar(count) == 1
        with autocommit() as other:
            other.execute("insert into stale_villages (round_id, village_id) values (1, 2)")
            other.execute("update stale_villages set round_id = 2 where village_id = 1")
        assert db.db.session.scalar(count) == 1
        with pytest.raises(exc.OperationalError) as caught:
            db.db.session.execute(text("update stale_villages set round_id = 3"))
        assert db.is_overtaken(caught.value)
        assert not db.is_overtaken(AWAY)
        db.db.session.rollback()
    assert db.db.session.scalar(count) == 2
