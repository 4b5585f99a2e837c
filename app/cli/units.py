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
@with_app
def find(text: str) -> None:
    """Look places up by name (marks may be left out), official code or village id."""
    from app.cli.places import written
    from app.org_units.queries import find_by_code, find_village, search_units

    known = find_village(text) or find_by_code(text)
    found = [known] if known else search_units(text)
    if not found:
        raise click.ClickException(f"No place is called {text} today.")
    for unit in found:
        click.echo(written(unit))


@units.command()
@click.argument("commune")
@click.argument("name")
@click.option("--type", "type_", default="thôn", show_default=True, help="làng, tổ dân phố …")
@click.option("--longitude", type=click.FloatRange(-180, 180))
@click.option("--latitude", type=click.FloatRange(-90, 90))
@click.option("--lay-in", metavar="CODE", help="Code of the old commune it lay in until 30/6/2025.")
@with_app
def add_village(
    commune: str,
    name: str,
    *,
    type_: str,
    longitude: float | None,
    latitude: float | None,
    lay_in: str | None,
) -> None:
    """Add a village to the commune with this official code; prints its id."""
    from app import programme
    from app.audit import record
    from app.cli.places import old_place, place, written
    from app.db import transaction

    with transaction():
        village = programme.add_village(
            place(commune).id,
            name,
            type_,
            longitude=longitude,
            latitude=latitude,
            lay_in=old_place(lay_in) if lay_in else None,
        )
        record("operator", "village.created", f"org_unit:{village.id}", name=village.name)
        click.echo(written(village))


for command in (*changes.COMMANDS, *village_lists.COMMANDS):
    units.add_command(command)
