"""`thonso units add-village|import-villages|alias`: villages, one or many, and other names."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app

if TYPE_CHECKING:
    from app.org_units.village_sheet import Mistake

LANGUAGE = click.option(
    "--language", type=click.Choice(["en", "vi"]), default="en", help="Of what is wrong with rows."
)


@click.command()
@click.argument("commune")
@click.argument("name")
@click.option("--type", "type_", default="thôn", show_default=True, help="làng, tổ dân phố …")
@click.option("--longitude", default="", help="In degrees.")
@click.option("--latitude", default="", help="In degrees.")
@click.option("--lay-in", default="", metavar="CODE", help="The old commune, until 30/6/2025.")
@click.option("--since", default="", metavar="DAY", help="First day; its commune's without.")
@click.option("--alias", "aliases", multiple=True, metavar="NAME", help="Another name.")
@click.option("--confirm", is_flag=True, help="It is another village than the one it is like.")
@LANGUAGE
@with_app
def add_village(
    *, type_: str, since: str, aliases: Sequence[str], confirm: bool, language: str, **said: str
) -> None:
    """Add a village to the commune with this official code; prints its id."""
    from app import village_lists
    from app.accounts.actors import OPERATOR
    from app.cli.places import written
    from app.db import transaction

    told = {"type": type_, "valid_from": since, "aliases": ";".join(aliases)}
    with transaction():
        row = said | told | ({"confirm": "x"} if confirm else {})
        report = village_lists.add_village(row, actor=OPERATOR)
        for village in report.made:
            click.echo(written(village))
    if report.mistakes:
        raise click.ClickException("\n".join(_said(one, language) for one in report.mistakes))


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, and keep nothing.")
@click.option("--skip", "skipped", type=int, multiple=True, metavar="ROW", help="Leave a row out.")
@click.option(
    "--confirm", "confirmed", type=int, multiple=True, metavar="ROW",
    help="The row is another village than the one that it is like.",
)  # fmt: skip
@LANGUAGE
@with_app
def import_villages(
    file: Path, *, dry_run: bool, skipped: Sequence[int], confirmed: Sequence[int], language: str
) -> None:
    """Add the villages of a spreadsheet (.xlsx, .xls) or CSV: all of them, or none."""
    from app import village_lists
    from app.accounts.actors import OPERATOR
    from app.db import transaction

    with transaction():
        report = village_lists.take_in(
            file.read_bytes(), file.suffix, actor=OPERATOR,
            skipped=skipped, confirmed=confirmed, dry_run=dry_run,
        )  # fmt: skip
    for mistake in report.mistakes:
        where = f"row {mistake.row}" if mistake.row else "file"
        click.echo(f"{file.name}: {where}: {_said(mistake, language)}", err=True)
    click.echo(
        f"{report.right} villages right, {len(report.wrong_rows)} rows wrong,"
        f" {report.skipped} left out on purpose; {len(report.made)} added."
    )
    if report.mistakes:
        raise click.ClickException("Nothing was added. Mend the rows, or leave them out: --skip.")


@click.command()
@click.argument("unit", metavar="PLACE")
@click.argument("name")
@click.option("--remove", is_flag=True, help="Take it away again.")
@with_app
def alias(unit: str, name: str, *, remove: bool) -> None:
    """Let a place be found by another name too."""
    from app.cli.places import place, written
    from app.db import transaction
    from app.org_units.aliases import add_alias, remove_alias

    with transaction():
        found = place(unit)
        (remove_alias if remove else add_alias)(found, name, actor="operator")
        click.echo(written(found))


COMMANDS = (add_village, import_villages, alias)


def _said(mistake: "Mistake", language: str) -> str:
    from app import village_lists
    from app.i18n import in_language

    with in_language(language):
        return village_lists.said(mistake)
