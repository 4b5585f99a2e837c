"""`thonso projects`: survey programmes and the provinces they belong to."""

from dataclasses import asdict, replace
from typing import Any

import click

from app.accounts.collect_schema import CHECKS, IMAGE_SIZES, SENDING, UPDATES
from app.cli.context import with_app


@click.group()
def projects() -> None:
    """Survey programmes; number 1 is there from the start."""


@projects.command(name="list")
@with_app
def list_() -> None:
    """Show the projects."""
    from app.org_units.queries import display_name, get_unit
    from app.projects.queries import list_projects

    for project in list_projects():
        place = (
            display_name(get_unit(project.org_unit_id), "en") if project.org_unit_id else "no place"
        )
        click.echo(f"{project.id}  {project.name}  ({place}, {project.language})")


@projects.command()
@click.argument("project", type=int)
@click.option("--name", help='Shown on the phone; "" for the project\'s own.')
@click.option("--color", help="As #0b5c56.")
@click.option("--icon", help="One letter or emoji.")
@click.option("--updates", "form_update_mode", type=click.Choice(UPDATES))
@click.option("--looks", "periodic_form_updates_check", type=click.Choice(CHECKS))
@click.option("--sends", "autosend", type=click.Choice(SENDING))
@click.option("--images", "image_size", type=click.Choice(IMAGE_SIZES))
@click.option("--app-language", help='"vi", "en", or "" for the phone\'s own.')
@click.option("--delete-sent/--keep-sent", "delete_send", default=None)
@with_app
def phones(project: int, **changes: Any) -> None:
    """Show, or change, what the codes of a project set phones to."""
    from app.accounts.actors import OPERATOR
    from app.accounts.phone_settings import options_of, set_options
    from app.db import transaction
    from app.projects.queries import get_project

    given = {name: value for name, value in changes.items() if value is not None}
    with transaction():
        options = replace(options_of(get_project(project)), **given)
        set_options(project, options, OPERATOR)
    for name, value in asdict(options).items():
        click.echo(f"{name}: {value}")


@projects.command()
@click.argument("name")
@click.option("--province", required=True, help="Official code of the province, as 52.")
@click.option("--project", type=int, help="Change this project instead of making a new one.")
@click.option("--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True)
@with_app
def define(name: str, province: str, project: int | None, language: str) -> None:
    """Make a project for a province, or name an existing one and give it its province."""
    from app.db import transaction
    from app.org_units.queries import find_by_code
    from app.projects.queries import create_project, get_project

    with transaction():
        unit = find_by_code(province, "province")
        if unit is None:
            raise click.ClickException(f"No province has the code {province} today.")
        if project is None:
            project = create_project(name, unit.id, language).id
        else:
            changed = get_project(project)
            changed.name, changed.org_unit_id, changed.language = name, unit.id, language
    click.echo(f"Project {project}: {name}.")
