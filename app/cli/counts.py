"""`thonso counts`: what operators and departments count, beside the survey's figures."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.context import with_app

if TYPE_CHECKING:
    from app.counts.task_lists import TaskFilter
    from app.rounds.models import Round

PROJECT = click.option("--project", default=1, show_default=True)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def counts() -> None:
    """Counts of operators and departments; they are never mixed into figures."""


@counts.command()
@click.argument("file", type=FILE)
@click.option("--code", required=True, help="The table's code, the same for every version.")
@click.option("--source", required=True, help="Who counted, such as “Viettel Gia Lai”.")
@click.option("--document", required=True, help="Number and day of the letter it came with.")
@click.option("--as-of", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The day.")
@click.option("--legal-basis", required=True, help="By what right it was asked for.")
@click.option("--threshold", default=5.0, show_default=True, help="Per cent that open a task.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@PROJECT
@with_app
def take(
    *, file: Path, as_of: datetime, threshold: float, dry_run: bool, project: int, **said: str
) -> None:
    """Take a table (.xlsx or CSV: unit, indicator, numerator, denominator) in as a new version."""
    from app.accounts.actors import OPERATOR
    from app.counts import tasks
    from app.counts.sheet import PROBLEMS
    from app.counts.take import Source, check_table, take_table
    from app.db import db, transaction
    from app.rounds.queries import current_round

    source = Source(as_of=as_of.date(), threshold=threshold / 100, **said)
    content = file.read_bytes()
    report = check_table(project, source, file.name, content, OPERATOR)
    db.session.rollback()
    for problem in report.problems:
        click.echo(f"row {problem.row}, {problem.column}: {PROBLEMS[problem.code]}", err=True)
    if report.problems:
        raise click.ClickException("Nothing was imported. Mend these rows.")
    done = "would be" if dry_run else "is"
    if not dry_run:
        with transaction():
            table = take_table(project, source, file.name, content, OPERATOR)
            round_ = current_round(project)
            opened = tasks.open_tasks(round_, table) if round_ else 0
        click.echo(f"{opened} differences are to be looked into.")
    click.echo(f"{source.code} version {report.version} {done} in: {report.rows} counts.")


@counts.command(name="list")
@PROJECT
@with_app
def list_(*, project: int) -> None:
    """Show the tables in all their versions."""
    from app.counts.queries import list_tables

    for table in list_tables(project, newest=False):
        click.echo(
            f"{table.code}  version {table.version}  {table.as_of}  {table.source}"
            f"  {table.document}  {table.legal_basis}"
        )


@counts.command()
@click.argument("round_code", metavar="ROUND")
@PROJECT
@with_app
def compare(*, round_code: str, project: int) -> None:
    """Compare the newest tables with a round's figures, as is done every day.

    Large differences become tasks; tasks whose difference is gone end by themselves.
    """
    from app.counts import tasks
    from app.db import transaction
    from app.rounds.queries import get_round

    with transaction():
        round_ = get_round(project, round_code)
        ended = tasks.end_resolved(round_)
        opened = tasks.open_tasks(round_)
        _tell(round_)
    click.echo(f"{opened} are new, {ended} ended by themselves.")


@counts.command(name="tasks")
@click.argument("round_code", metavar="ROUND")
@click.option("--state", type=click.Choice(["open", "closed"]), default="open", show_default=True)
@click.option("--place", help="Only in this place: its official code, or a village's id.")
@click.option("--indicator", help="Only about this indicator.")
@click.option("--table", help="Only from the table with this code.")
@click.option(
    "--sort",
    type=click.Choice(["difference", "place", "indicator", "source", "opened"]),
    default="difference",
    show_default=True,
)
@PROJECT
@with_app
def tasks_(*, round_code: str, place: str | None, sort: str, project: int, **wanted: Any) -> None:
    """Show the differences of a round that are to be looked into, or were."""
    from app.cli.places import place as find_place
    from app.counts.task_lists import TaskFilter
    from app.rounds.queries import get_round

    unit_id = find_place(place).id if place else None
    _tell(get_round(project, round_code), TaskFilter(unit_id=unit_id, **wanted), sort)


@counts.command()
@click.argument("task", type=int)
@with_app
def reopen(*, task: int) -> None:
    """Open a difference again; what was found out stays."""
    from app.accounts.actors import OPERATOR
    from app.counts import tasks
    from app.db import transaction

    with transaction():
        tasks.reopen(OPERATOR, task)
    click.echo(f"{task} is open.")


@counts.command()
@click.argument("task", type=int)
@click.argument("comment")
@with_app
def close(*, task: int, comment: str) -> None:
    """End a difference with what was found out about it."""
    from app.accounts.actors import OPERATOR
    from app.counts import tasks
    from app.db import transaction

    with transaction():
        tasks.close(OPERATOR, task, comment)
    click.echo(f"{task} is closed.")


def _tell(round_: "Round", wanted: "TaskFilter | None" = None, sort: str = "difference") -> None:
    from app.accounts.actors import OPERATOR
    from app.counts.task_lists import list_tasks

    for task in list_tasks(OPERATOR, round_, wanted, sort=sort):
        one = task.count
        click.echo(
            f"{task.id}  {one.unit.name}  {one.indicator}  {one.table.source}"
            f"  {task.counted:.4g}  survey {task.survey:.4g}  {task.difference:+.1%}"
            f"{task.comment and '  ' + task.comment}"
        )
