"""`thonso entities`: the lists that forms make, what is in them, and a list as a file."""

import gzip
from pathlib import Path

import click

from app.cli.context import with_app

PROJECT = click.option("--project", default=1, show_default=True, help="Number of the project.")


@click.group()
def entities() -> None:
    """Entity lists."""


@entities.command(name="lists")
@PROJECT
@with_app
def list_lists(*, project: int) -> None:
    """Show the entity lists of a project, how much is in them, and what is open about it."""
    from app.accounts.actors import OPERATOR
    from app.entities.queries import overview

    for found in overview(OPERATOR, project):
        when = "on approval" if found.list.needs_approval else "on receipt"
        click.echo(
            f"{found.list.name}  changed {when}  {found.entities} entities"
            f"  {found.conflicts} conflicts  {found.held} held  {found.waiting} waiting"
            f"  {found.failed} failed"
        )


@entities.command()
@click.argument("name", metavar="LIST")
@click.argument("text", metavar="ID-OR-LABEL")
@PROJECT
@with_app
def show(*, name: str, text: str, project: int) -> None:
    """Show the entities whose id begins so, or whose label has this in it, with their versions.

    Without personal properties; a label may be a name all the same, so that reading is recorded.
    """
    from app import audit
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.entities.queries import find_entities, versions_of
    from app.entities.registry import get_list, personal_names

    entity_list = get_list(project, name)
    hidden = personal_names(entity_list.id)
    found = find_entities(OPERATOR, entity_list, text=text)
    if not found:
        raise click.ClickException(f"The list {name} has no such entity.")
    if hidden:
        with transaction():
            audit.record(OPERATOR.label, "entity_list.read", f"entity_list:{entity_list.id}")
    for entity in found:
        click.echo(f"{entity.uuid}  {entity.label}{'  conflict' if entity.conflict else ''}")
        for version in versions_of(entity.id):
            open_ = (f"{key}={value}" for key, value in version.data.items() if key not in hidden)
            click.echo(f"  {version.version}  {version.conflict or '–'}  {'; '.join(open_)}")


@entities.command()
@click.argument("name", metavar="LIST")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@PROJECT
@with_app
def export(*, name: str, file: Path, project: int) -> None:
    """Write a list as CSV, as phones get it and of all places; that it was read is recorded."""
    from app import audit
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.entities.phone_lists import list_rows, phone_lists
    from app.errors import NotFound

    found = phone_lists([name], OPERATOR, project)
    if not found:
        raise NotFound
    content = gzip.decompress(list_rows(found[0]).packed)
    with transaction():
        audit.record(OPERATOR.label, "entity_list.read", f"entity_list:{found[0].id}")
    file.write_bytes(content)
    click.echo(f"{file} is written: {len(content)} bytes.")
