"""`thonso forms draft` and its kin: questionnaires that are tried out before they are published."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.app_users import SERVER, server_url
from app.cli.context import with_app

if TYPE_CHECKING:
    from app.drafts.models import FormDraft

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
PROJECT = click.option("--project", default=1, show_default=True, help="Number of the project.")


@click.command()
@click.argument("file", type=FILE)
@click.option("--media", type=FOLDER, help="Folder with the form's media files.")
@click.option("--place", help="Commune (official code) or village (id) whose lists testers get.")
@click.option("--qr", is_flag=True, help="Draw the testers' code in the terminal.")
@PROJECT
@SERVER
@with_app
def draft(
    file: Path, *, media: Path | None, place: str | None, qr: bool, project: int, server: str | None
) -> None:
    """Keep a questionnaire as a draft with a test address of its own; replaces the form's draft."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.accounts.phone_settings import collect_settings, options_of
    from app.cli.places import place as find_place
    from app.drafts.make import draft_url
    from app.forms.source import read_source
    from app.projects.queries import get_project

    unit_id = find_place(place).id if place else None
    saved = programme.save_draft(project, read_source(file, media), OPERATOR, unit_id)
    address = draft_url(saved, server_url(server))
    click.echo(f"{saved.xml_form_id} version {saved.version} is a draft. Testers' address:")
    click.echo(address)
    if qr:
        import segno

        options = options_of(get_project(project))
        settings = collect_settings(address, f"Test: {saved.title}", "test", options)
        segno.make(settings, error="l", micro=False).terminal(sys.stdout, compact=True, border=2)


@click.command()
@PROJECT
@with_app
def drafts(project: int) -> None:
    """Show the drafts of a project."""
    from app.drafts.make import list_drafts

    for one in list_drafts(project):
        click.echo(f"{one.xml_form_id}  {one.version}  {one.title}")


@click.command()
@click.argument("form_id")
@PROJECT
@with_app
def publish_draft(form_id: str, project: int) -> None:
    """Publish a form's draft as it is; the trial interviews go."""
    from app import programme
    from app.accounts.actors import OPERATOR

    published = programme.publish_draft(_find(form_id, project).id, OPERATOR)
    click.echo(f"{form_id} version {published.version.version} is published.")


@click.command()
@click.argument("form_id")
@PROJECT
@with_app
def discard_draft(form_id: str, project: int) -> None:
    """End a form's draft, its test address and its trial interviews."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.drafts.make import drop_draft

    with transaction():
        drop_draft(_find(form_id, project).id, OPERATOR, "discarded")
    click.echo(f"The draft of {form_id} is gone.")


def _find(form_id: str, project: int) -> "FormDraft":
    from app.drafts.make import find_draft

    found = find_draft(project, form_id)
    if found is None:
        raise click.ClickException(f"Project {project} has no draft of {form_id}.")
    return found
