"""`thonso units import-villages|alias`: a province's list of villages, and other names."""

from collections.abc import Sequence
from pathlib import Path

import click

from app.cli.context import with_app


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, and keep nothing.")
@click.option("--skip", "skipped", type=int, multiple=True, metavar="ROW", help="Leave a row out.")
@with_app
def import_villages(file: Path, dry_run: bool, skipped: Sequence[int]) -> None:
    """Add the villages of a spreadsheet (.xlsx, .xls) or CSV: all of them, or none."""
    from app import village_lists
    from app.db import transaction

    with transaction():
        report = village_lists.take_in(
            file.read_bytes(), file.suffix, actor="operator", skipped=skipped, dry_run=dry_run
        )
    for mistake in report.mistakes:
        where = f"row {mistake.row}" if mistake.row else "file"
        click.echo(f"{file.name}: {where}: {village_lists.said(mistake)}", err=True)
    click.echo(
        f"{report.right} villages right, {len(report.wrong_rows)} rows wrong,"
        f" {report.skipped} left out on purpose; {len(report.made)} added."
    )
    if report.mistakes:
        raise click.ClickException("Nothing was added. Mend the rows, or leave them out: --skip.")


@click.command()
@click.argument("unit", metavar="PLACE")
@click.argument("name")
@with_app
def alias(unit: str, name: str) -> None:
    """Let a place be found by another name too."""
    from app.audit import record
    from app.cli.places import place, written
    from app.db import transaction
    from app.org_units.village_import import add_alias

    with transaction():
        found = place(unit)
        add_alias(found, name)
        record("operator", "place.alias_added", f"org_unit:{found.id}", name=name)
        click.echo(written(found))


COMMANDS = (import_villages, alias)
