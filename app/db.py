"""The database: sessions for records, a pool for the hot paths, and the only places that commit."""

import errno
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import psycopg
from flask import Flask, current_app
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from psycopg import pq
from psycopg.errors import error_from_result
from psycopg.pq.abc import PGresult
from psycopg_pool import ConnectionPool, PoolTimeout
from sqlalchemy import MetaData, exc
from sqlalchemy.orm import DeclarativeBase

NAMES = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

_NOT_PREPARED = b"26000"  # invalid_sql_statement_name

# What SQLSTATE says of the server and not of the statement: connection, conflict of transactions,
# no room or memory, in use, shutting down, a fault of the disk; read only, as a standby; too slow.
PASSING = ("08", "25006", "25P03", "25P04", "40", "53", "55", "57P", "58")
# Errors of the system that speak of the machine: no room, a fault of the disk, too much in use.
MACHINE = {
    errno.EAGAIN, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE,
    errno.ENOBUFS, errno.ENOMEM, errno.ENOSPC, errno.EROFS, errno.ESTALE,
}  # fmt: skip

T = TypeVar("T")


def is_passing(error: BaseException) -> bool:
    """Whether the same work may well succeed later, since the machine failed and not the data.

    All who have to tell these apart go by this: doors answer 503, workers count no attempt.
    """
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    if isinstance(cause, psycopg.Error):
        return _passes(cause)
    if isinstance(cause, OSError):
        return cause.errno in MACHINE
    return isinstance(cause, (MemoryError, exc.TimeoutError))


def _passes(error: psycopg.Error) -> bool:
    if error.sqlstate:
        return error.sqlstate.startswith(PASSING) or _is_outdated(error)
    # Without a code it is not the server's: the driver's own, or that of libpq, which finds the
    # line cut in the middle of an answer and has no class for it but the one above them all.
    away = (psycopg.OperationalError, psycopg.InterfaceError)
    return isinstance(error, away) or type(error) is psycopg.DatabaseError


def _is_outdated(error: psycopg.Error) -> bool:
    """Whether only this connection is wrong: what it has prepared is of an earlier schema."""
    is_plan = error.diag.source_function == "RevalidateCachedQuery"
    return is_plan or error.sqlstate in {"26000", "42P05"}


class Base(DeclarativeBase):
    """Every table's base: constraints get predictable names."""

    metadata = MetaData(naming_convention=NAMES)


class Session(FlaskSession):
    """A session that may end without its connection."""

    def close(self) -> None:
        """Ends it; a connection that broke since the last question is no fault of the answer."""
        try:
            super().close()
        except Exception as error:
            if not is_passing(error):
                raise


db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": Session})


def init_db(app: Flask, *, sqlalchemy_url: str, conninfo: str) -> None:
    """Binds sessions and the autocommit pool of the hot paths to one database."""
    app.config["SQLALCHEMY_DATABASE_URI"] = sqlalchemy_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"pool_size": 4, "pool_pre_ping": True}
    db.init_app(app)
    app.extensions["autocommit_pool"] = ConnectionPool(
        conninfo,
        min_size=0,
        max_size=5,  # each holds 4 MB of a backend, and more of them are no faster (ADR 22)
        timeout=10,
        # Waits between attempts grow; given up early, the next request begins with a short one.
        reconnect_timeout=5,
        open=True,
        kwargs={"autocommit": True, "prepare_threshold": 0},
    )


@contextmanager
def transaction() -> Iterator[None]:
    """One unit of work: commits at its end, rolls back when it is left by an exception."""
    assert "on_commit" not in db.session.info, "A unit of work does not hold another one."
    actions: list[Callable[[], None]] = []
    db.session.info["on_commit"] = actions
    try:
        yield
        db.session.commit()
    except BaseException as error:
        if is_passing(error):
            db.session().invalidate()  # nothing is known of its connection any more
        else:
            db.session.rollback()
        raise
    finally:
        del db.session.info["on_commit"]
    for action in actions:
        action()


def see_one_moment() -> None:
    """Lets the present transaction, which has changed nothing yet, see all as it is at one moment.

    Rows that somebody else changed since then cannot be changed in it: `is_overtaken`.
    """
    db.session.rollback()  # what was read before is of another moment
    driver().execute("set transaction isolation level repeatable read")


def is_overtaken(error: BaseException) -> bool:
    """Whether it came of a row that somebody else changed since the transaction's moment."""
    cause = error.orig if isinstance(error, exc.DBAPIError) else error
    return isinstance(cause, psycopg.errors.SerializationFailure)


def on_commit(action: Callable[[], None]) -> None:
    """Runs the action once the present transaction is durable; once, however often it is asked."""
    actions = db.session.info["on_commit"]
    if action not in actions:
        actions.append(action)


def driver() -> psycopg.Connection[Any]:
    """The driver's connection inside the present transaction, for COPY and set-based SQL."""
    connection = db.session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)
    return connection


def columns(rows: Iterable[Sequence[Any]]) -> list[list[Any]]:
    """Rows, of which there is at least one, as an array for each column: what `unnest` takes."""
    return [list(column) for column in zip(*rows, strict=True)]


@contextmanager
def autocommit() -> Iterator[psycopg.Connection[Any]]:
    """A pooled connection on which each statement is durable when it returns (hot paths)."""
    pool: ConnectionPool[Any] = current_app.extensions["autocommit_pool"]
    with pool.connection() as connection:
        try:
            yield connection
        except BaseException as error:
            if is_passing(error):
                connection.close()  # nothing is known of it any more; the pool makes another
            raise


def repeated(work: Callable[[], T]) -> T:
    """What the work returns; done again, once, where its connection was broken or outdated.

    For work that may be done twice: whether the first time was durable is not known.
    """
    try:
        return work()
    except PoolTimeout:
        raise
    except psycopg.Error as error:
        if not is_passing(error):
            raise
    check_pool()
    return work()


@dataclass(frozen=True, slots=True)
class Question:
    """A statement of every request: its name on a connection, and its text with $1, $2.

    Every value goes to the server and comes back as text in bytes; null comes back as None.
    """

    name: bytes
    sql: bytes


def ask(question: Question, *values: bytes | None) -> list[tuple[bytes | None, ...]]:
    """The rows that answer a question; raises `psycopg.Error`.

    What it changes is durable then, and may be asked twice.

    The cursor of psycopg costs more than the server does for a row found by its key, so this
    speaks to the connection below it.
    """
    return repeated(lambda: _ask(question, values))


def _ask(question: Question, values: Sequence[bytes | None]) -> list[tuple[bytes | None, ...]]:
    with autocommit() as connection:
        server = connection.pgconn
        given = cast("Sequence[bytes]", values)  # of None it makes null, though its type has none
        answer = server.exec_prepared(question.name, given)
        if answer.error_field(pq.DiagnosticField.SQLSTATE) == _NOT_PREPARED:
            # What keeps it from being prepared is the error to tell, not that it is still unknown.
            _check(server.prepare(question.name, question.sql), pq.ExecStatus.COMMAND_OK)
            answer = server.exec_prepared(question.name, given)
        _check(answer, pq.ExecStatus.TUPLES_OK)
        columns_ = range(answer.nfields)
        return [
            tuple(answer.get_value(row, column) for column in columns_)
            for row in range(answer.ntuples)
        ]


def _check(answer: PGresult, wanted: pq.ExecStatus) -> None:
    if answer.status != wanted:
        raise error_from_result(answer)


def check_pool() -> None:
    """Drops the pool's dead connections, as there are after the database was restarted."""
    current_app.extensions["autocommit_pool"].check()


def close_db(app: Flask) -> None:
    """Gives every connection back, so that the database can be dropped or moved."""
    app.extensions["autocommit_pool"].close()
    with app.app_context():
        db.engine.dispose()
