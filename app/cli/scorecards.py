"""`thonso scorecards`: checks and publishes scorecards."""

from pathlib import Path

import click

from app.cli.context import with_app

PROJECT = click.option("--project", default=1, show_default=True)
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group()
def scorecards() -> None:
    """Scorecards: figures as points."""


@scorecards.command()
@FILE
@PROJECT
@with_app
def check(*, file: Path, project: int) -> None:
    """Say what publishing FILE would say, without publishing."""
    from app.scorecards.catalog import check as check_workbook

    findings = check_workbook(project, file.name, file.read_bytes())
    for finding in findings:
        click.echo(f"{file.name}: {finding.severity}: {finding}", err=True)
    if any(finding.severity == "error" for finding in findings):
        raise click.exceptions.Exit(1)
    click.echo(f"{file.name}: can be published.")


@scorecards.command()
@FILE
@PROJECT
@with_app
def publish(*, file: Path, project: int) -> None:
    """Put the scorecard of FILE (.xlsx, .xls, .md) in force instead of its earlier version."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.scorecards import catalog

    with transaction():
        made = catalog.publish(project, file.name, file.read_bytes(), OPERATOR)
        click.echo(f"{made.code} version {made.version} is in force.")


@scorecards.command(name="list")
@PROJECT
@with_app
def list_(*, project: int) -> None:
    """Show the scorecards in force."""
    from app.scorecards.catalog import definition_of, list_scorecards
    from app.scorecards.points import shown

    for found in list_scorecards(project):
        said = definition_of(found)
        click.echo(
            f"{said.code}  version {said.version}  {said.year}  {len(said.criteria)} criteria,"
            f" {shown(said.points)} points  {said.legal_basis or '-'}"
        )
