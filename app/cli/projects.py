"""`thonso projects`: survey programmes and the provinces they belong to."""

import click

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
