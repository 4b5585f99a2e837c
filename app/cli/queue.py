"""`thonso queue`: whether everything that was accepted is processed."""

import time
from typing import NoReturn

import click
import psycopg

from app.config import Config
from app.ledger import Owed, owed

UNREACHABLE = 2


@click.group()
def queue() -> None:
    """What is still owed: interviews to read, figures to sum up."""


@queue.command()
def status() -> None:
    """Print the counts; exit 0 when everything is settled, 1 when not, 2 without a server."""
    _end(_look())


@queue.command()
@click.option("--timeout", default=300.0, show_default=True, help="Seconds to wait at most.")
def wait(timeout: float) -> None:
    """Wait until everything accepted is processed and every figure is up to date."""
    until = time.monotonic() + timeout
    found = _look()
    if found is None:
        _end(None)
    # A database that is being started again is waited for, too.
    while not (found and found.is_settled) and time.monotonic() < until:
        time.sleep(0.1)
        found = _look()
    _end(found)


def _look() -> Owed | None:
    try:
        with psycopg.connect(Config.from_environment().conninfo, autocommit=True) as connection:
            return owed(connection)
    except psycopg.OperationalError:
        return None


def _end(found: Owed | None) -> NoReturn:
    if found is None:
        click.echo(
            "The database cannot be reached. Is the server running? (thonso status)", err=True
        )
        raise SystemExit(UNREACHABLE)
    for name, count in found.counts().items():
        click.echo(f"{name}: {count}")
    raise SystemExit(0 if found.is_settled else 1)
