"""`thonso figures try`: what a workbook's indicators would change."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app

if TYPE_CHECKING:
    from app.indicators.dry_run import DryRun, Outcome


@click.command(name="try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--media", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--round", "code", help="Code of a round; the present one without.")
@click.option("--limit", type=click.IntRange(1), help="Only so many interviews, the newest.")
@click.option("--project", default=1, show_default=True)
@with_app
def try_out(
    *, file: Path, media: Path | None, code: str | None, limit: int | None, project: int
) -> None:
    """Say how the indicators of FILE differ from those in force, and try them on interviews.

    Nothing is published. Figures are without weights, for comparison only.
    """
    from app import programme
    from app.forms.source import read_source
    from app.rounds.queries import current_round, get_round

    round_ = get_round(project, code) if code else current_round(project)
    found = programme.preview(project, read_source(file, media), round_, limit)
    for change in found.changes:
        click.echo(f"{change.code} ({change.kind})")
        for cell in change.cells:
            click.echo(f"  {cell.column}: {cell.before or '-'}  ->  {cell.after or '-'}")
    if not found.changes:
        click.echo("Nothing differs from what is in force.")
    if found.tried:
        _tell(found.tried)


def _tell(tried: "DryRun") -> None:
    click.echo(f"Tried on {tried.interviews} of {tried.total} interviews that count:")
    for row in tried.rows:
        click.echo(
            f"  {row.code}: {_said(row.before)}  ->  {_said(row.after)};"
            f" {row.changed} interviews say something else"
        )


def _said(outcome: "Outcome | None") -> str:
    if outcome is None:
        return "-"
    value = "no value" if outcome.value is None else f"{outcome.value:.4f}"
    missing = sum(outcome.missing.values())
    return f"{value} = {outcome.y:g}/{outcome.x:g}, n {outcome.n}, {missing} missing"


@click.command()
@click.argument("code")
@click.option("--project", default=1, show_default=True)
@with_app
def versions(*, code: str, project: int) -> None:
    """List the versions of the indicator CODE, and what each says otherwise than the one before."""
    from app.indicators.lookup import changes_of

    found = changes_of(project, code)
    if not found:
        raise click.ClickException(f"There is no indicator {code}.")
    for version, change in found:
        state = "  in force" if version.in_force else ""
        click.echo(f"{code} version {version.version}{state}")
        for cell in change.cells if change else ():
            click.echo(f"  {cell.column}: {cell.before or '-'}  ->  {cell.after or '-'}")
