"""`thonso queue`: whether everything that was accepted is processed."""

import time

import click

from app.cli.context import with_app

UNREACHABLE = 2


@click.group()
def queue() -> None:
    """What is still owed: interviews to read, figures to sum up."""


@queue.command()
@with_app
def status() -> None:
    """Print the counts; exit 0 when everything is settled, 1 when not."""
    raise SystemExit(_look(show=True))


@queue.command()
@click.option("--timeout", default=300.0, show_default=True, help="Seconds to wait at most.")
@with_app
def wait(timeout: float) -> None:
    """Wait until everything accepted is processed and every figure is up to date."""
    until = time.monotonic() + timeout
    while (found := _look(show=False)) == 1 and time.monotonic() < until:
        time.sleep(0.2)
    raise SystemExit(_look(show=True) if found != UNREACHABLE else found)


def _look(*, show: bool) -> int:
    from sqlalchemy.exc import OperationalError

    from app import ledger
    from app.db import db

    try:
        owed = ledger.owed()
        db.session.rollback()
    except OperationalError:
        db.session.rollback()
        click.echo(
            "The database cannot be reached. Is the server running? (thonso status)", err=True
        )
        return UNREACHABLE
    if show:
        for name, count in owed.counts().items():
            click.echo(f"{name}: {count}")
    return 0 if owed.is_settled else 1
