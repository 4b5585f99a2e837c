"""`thonso queue`: whether everything that was accepted is processed."""

import time
from typing import NoReturn

import click
import psycopg

from app.cli.context import with_app
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


@queue.command(name="set-aside")
@click.option("--project", default=1, show_default=True, help="Number of the project.")
@with_app
def set_aside(project: int) -> None:
    """List the interviews that failed again and again, those with the same reason together."""
    from app.submissions.set_aside import list_set_aside

    found = list_set_aside([project])
    for one in found:
        click.echo(f"{one.instance_pk}\t{one.form} {one.version}\t{one.instance_id}\t{one.reason}")
    if not found:
        click.echo("Nothing is set aside.")


@queue.command(name="process-again")
@click.argument("numbers", type=int, nargs=-1, metavar="[NUMBER]...")
@click.option("--reason", help="Only those that were set aside with exactly this reason.")
@click.option("--project", default=1, show_default=True, help="Number of the project.")
@with_app
def process_again(numbers: tuple[int, ...], reason: str | None, project: int) -> None:
    """Process what was set aside once more: all of it, or these numbers, or one reason."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.submissions import set_aside

    pks = list(numbers) or None
    with transaction():
        count = set_aside.process_again(OPERATOR, [project], reason=reason, instance_pks=pks)
    click.echo(f"Being processed again: {count}")


@queue.command(name="read-again")
@click.argument("form")
@click.option("--project", default=1, show_default=True, help="Number of the project.")
@with_app
def read_again(form: str, project: int) -> None:
    """Read all interviews of FORM once more: they may belong to another round or place by now."""
    from app import queue as doorbell
    from app.db import on_commit, transaction
    from app.forms.queries import find_form
    from app.indicators import catalog

    found = find_form(project, form)
    if found is None:
        raise click.ClickException(f"There is no form {form}. See `thonso forms list`.")
    with transaction():
        count = catalog.read_again(found.id)
        on_commit(doorbell.ring)
    click.echo(f"Being read again: {count}")


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
