"""`thonso units`: the country's places, and the villages of ours."""

from pathlib import Path

import click

from app.cli import changes, village_lists
from app.cli.context import with_app


@click.group()
def units() -> None:
    """Provinces, communes and villages."""


@units.command()
@click.option("--file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_app
def load(file: Path | None) -> None:
    """Add the places of the country that are not there yet: today's, and those before the reform.

    With --file, the places of one CSV with the same columns.
    """
    from app.db import transaction
    from app.org_units.load import load_file, load_units

    with transaction():
        loaded = load_file(file) if file else load_units()
    click.echo(f"{loaded.provinces} provinces, {loaded.communes} communes; {loaded.new} new.")
    if loaded.successions:
        click.echo(
            f"Until 30 June 2025: {loaded.old_provinces} provinces, {loaded.districts} districts,"
            f" {loaded.old_communes} communes; {loaded.successions} successions."
        )


@units.command()
@click.argument("text", metavar="NAME-OR-CODE")
@click.option("--ever", is_flag=True, help="Places that have ended, too.")
@with_app
def find(text: str, *, ever: bool) -> None:
    """Look places up by name, a former one or an alias (marks may be left out), code or id."""
    from app.accounts.actors import OPERATOR
    from app.accounts.territory import UnitFilter, find_units
    from app.cli.places import written

    by_code, by_name = UnitFilter(code=text, ever=ever), UnitFilter(text=text, ever=ever)
    found = find_units(OPERATOR, "unit.read", by_code) or find_units(OPERATOR, "unit.read", by_name)
    if not found:
        raise click.ClickException(
            f"No place is called {text}" + (" or was." if ever else " today.")
        )
    for unit in found:
        click.echo(written(unit))


for command in (*changes.COMMANDS, *village_lists.COMMANDS):
    units.add_command(command)
