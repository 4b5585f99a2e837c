"""Lets a request fail at any of its questions to the database, in any of the ways there are."""

import errno
import itertools
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import psycopg
import pytest
from psycopg import errors
from psycopg_pool import PoolTimeout
from sqlalchemy import exc

from app import db

Harm = Callable[[psycopg.Connection[Any]], None]
Answer = TypeVar("Answer")

AWAY = psycopg.DatabaseError("the line was cut, for which libpq has no class")
# What is raised while the machine fails; the database's own errors carry their code.
ERRORS = (
    psycopg.OperationalError("server closed the connection unexpectedly"),
    AWAY,
    psycopg.InterfaceError("the cursor is closed"),
    PoolTimeout("couldn't get a connection"),
    exc.TimeoutError("QueuePool limit reached"),
    *(
        kind("as the server says it")
        for kind in (
            errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow,
            errors.TooManyConnections, errors.DiskFull, errors.OutOfMemory, errors.IoError,
            errors.SystemError, errors.DeadlockDetected, errors.SerializationFailure,
            errors.LockNotAvailable, errors.ReadOnlySqlTransaction,
            errors.IdleInTransactionSessionTimeout, errors.InvalidSqlStatementName,
            errors.DuplicatePreparedStatement,
        )
    ),
    OSError(errno.ENOSPC, "No space left on device"),
    OSError(errno.EIO, "Input/output error"),
    MemoryError(),
)  # fmt: skip


def cut(connection: psycopg.Connection[Any]) -> None:
    """The line breaks, as when the process at its other end is killed."""
    with socket.socket(fileno=os.dup(connection.pgconn.socket)) as line:
        line.shutdown(socket.SHUT_RDWR)


def raising(error: Exception) -> Harm:
    """The driver raises this instead of asking, and the connection is gone."""

    def harm(connection: psycopg.Connection[Any]) -> None:
        connection.close()
        raise error

    return harm


@contextmanager
def failing(harm: Harm, at: int, *, ever: bool = False) -> Iterator[list[int]]:
    """Does harm at one question of this thread, or (`ever`) from it on; the numbers asked so far.

    Getting a connection of the hot paths counts as a question; what is asked below the driver's
    cursor follows it.
    """
    asked: list[int] = []
    numbers, here = itertools.count(), threading.get_ident()
    real_wait, real_connect, real_autocommit = (
        psycopg.Connection.wait, psycopg.Connection.connect, db.autocommit
    )  # fmt: skip

    def step(connection: psycopg.Connection[Any]) -> None:
        if threading.get_ident() != here:
            return
        asked.append(number := next(numbers))
        if number == at or (ever and number > at):
            harm(connection)

    def wait(self: psycopg.Connection[Any], *args: Any, **options: Any) -> Any:
        step(self)
        return real_wait(self, *args, **options)

    def connect(*args: Any, **options: Any) -> Any:
        if ever and len(asked) > at:
            raise psycopg.OperationalError("connection refused")
        return real_connect(*args, **options)

    @contextmanager
    def autocommit() -> Iterator[psycopg.Connection[Any]]:
        with real_autocommit() as connection:
            step(connection)
            yield connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", wait)
        patch.setattr(psycopg.Connection, "connect", connect)
        patch.setattr(db, "autocommit", autocommit)
        yield asked


def at_each_step(
    make: Callable[[], Callable[[], Answer]], harm: Harm, *, ever: bool = False
) -> Iterator[tuple[Callable[[], Answer], Answer]]:
    """Requests of which the first fails at its first question, the second at its second …

    Each is made before, and given with its answer, up to the last question that there is.
    """
    for at in range(200):
        ask = make()
        with failing(harm, at, ever=ever) as asked:
            answer = ask()
        if at not in asked:
            return
        yield ask, answer
    raise AssertionError("Such a request has no end.")
