"""`thonso households`: the registry from spreadsheets, and what is mended in it by hand."""

from pathlib import Path

import click

from app.cli.context import with_app

PROJECT = click.option("--project", default=1, show_default=True)


@click.group()
def households() -> None:
    """The household registry."""


@households.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would happen, and write nothing.")
@click.option("--without", "rows", type=int, multiple=True, help="Leave this row out on purpose.")
@PROJECT
@with_app
def import_(*, file: Path, dry_run: bool, rows: tuple[int, ...], project: int) -> None:
    """Take households from an .xlsx or CSV file: all of them, or nothing."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import db, transaction
    from app.households.imports import check_import

    content = file.read_bytes()
    report = check_import(project, content, file.name, actor=OPERATOR)
    db.session.rollback()
    problems = [problem for problem in report.problems if problem.row not in rows]
    for problem in problems:
        click.echo(
            f"row {problem.row}, {problem.column}: {problem.message % problem.details}", err=True
        )
    if problems:
        raise click.ClickException("Nothing was imported. Mend these rows, or name them --without.")
    if not dry_run:
        with transaction():
            report = programme.import_households(
                project, content, file.name, actor=OPERATOR, without=rows
            )
    done = "would be" if dry_run else "are"
    click.echo(
        f"{len(report.new)} households {done} new, {len(report.changed)} {done} changed,"
        f" {len(report.same)} stay the same."
    )


@households.command()
@click.argument("code")
@click.argument("village")
@click.option("--number", type=int, help="Its number there; else the next free one.")
@PROJECT
@with_app
def move(*, code: str, village: str, number: int | None, project: int) -> None:
    """Move a household to another village."""
    from app.cli.places import place
    from app.households import changes

    _change(project, changes.move, code, place(village).id, number)


@households.command()
@click.argument("code")
@click.argument("into")
@PROJECT
@with_app
def merge(*, code: str, into: str, project: int) -> None:
    """Two entries are one household: the first goes, the other stays."""
    from app.households import changes

    _change(project, changes.merge, code, into)


@households.command()
@click.argument("code")
@click.option("--label", help="The name by which the new house is found.")
@PROJECT
@with_app
def split(*, code: str, label: str | None, project: int) -> None:
    """A household became two: add another one to its village."""
    from app.households import changes

    _change(project, changes.split, code, label)


@households.command()
@click.argument("change", type=int)
@PROJECT
@with_app
def undo(*, change: int, project: int) -> None:
    """Take a move, merge or split back, by its number."""
    from app.households import changes

    _change(project, changes.undo, change)


@households.command()
@click.argument("code")
@PROJECT
@with_app
def history(*, code: str, project: int) -> None:
    """Show what was changed of a household, and the numbers that `undo` takes."""
    from app.accounts.actors import OPERATOR
    from app.households.queries import history as versions

    for change in versions(project, code, actor=OPERATOR):
        undone = "  undone" if change.undone_at else ""
        other = f" {change.other}" if change.other else ""
        click.echo(
            f"{change.id}  {change.changed_at:%Y-%m-%d %H:%M}  {change.code}  {change.kind}{other}"
            f"  {change.changed_by}{undone}"
        )


@households.command()
@click.argument("place")
@PROJECT
@with_app
def duplicates(*, place: str, project: int) -> None:
    """Show households of a commune or village that may be one."""
    from app.accounts.actors import OPERATOR
    from app.cli.places import place as find_place
    from app.households.duplicates import find_pairs

    for pair in find_pairs(project, find_place(place).id, actor=OPERATOR):
        click.echo(f"{pair.one}  {pair.other}  same {', '.join(pair.reasons)}")


@households.command()
@click.argument("one")
@click.argument("other")
@PROJECT
@with_app
def distinct(*, one: str, other: str, project: int) -> None:
    """Note that two households are two, though they look like one."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.households.duplicates import keep_apart

    with transaction():
        keep_apart(project, one, other, actor=OPERATOR)
    click.echo(f"{one} and {other} are two households.")


def _change(project_id: int, change: object, *which: object) -> None:
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import transaction

    with transaction():
        done = programme.change_household(project_id, change, *which, actor=OPERATOR)  # type: ignore[arg-type]
        click.echo(f"Change {done.id}: {done.code} ({done.kind}).")
