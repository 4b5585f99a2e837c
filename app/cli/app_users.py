"""`thonso users app-user` and its kin: surveyors' phones."""

from typing import TYPE_CHECKING

import click
from flask import current_app

from app.cli.context import with_app

if TYPE_CHECKING:
    from app.accounts.models import AppUser

PROJECT = click.option("--project", default=1, show_default=True, help="Number of the project.")
SERVER = click.option("--server", help="Address of the server as phones reach it, https://…")


@click.command()
@click.argument("name")
@click.argument("username")
@click.argument("codes", metavar="PLACE...", nargs=-1, required=True)
@click.option("--enumerator", help="Code on the interviews; the username without it.")
@PROJECT
@SERVER
@with_app
def app_user(
    name: str,
    username: str,
    codes: tuple[str, ...],
    *,
    enumerator: str | None,
    project: int,
    server: str | None,
) -> None:
    """Make a surveyor's phone that works in villages (ids) or communes (official codes)."""
    from app.accounts.app_users import create_app_user
    from app.cli.places import place
    from app.db import transaction
    from app.projects.queries import get_project

    with transaction():
        get_project(project)
        units = [place(code).id for code in codes]
        made = create_app_user(project, name, username, enumerator or username, units)
        _show(made, server)


@click.command()
@click.argument("username")
@PROJECT
@SERVER
@with_app
def show_app_user(username: str, project: int, server: str | None) -> None:
    """Print a phone's address and password again."""
    _show(_find(username, project), server)


@click.command()
@click.argument("username")
@PROJECT
@SERVER
@with_app
def renew_app_user(username: str, project: int, server: str | None) -> None:
    """Give a phone a new address and password; the old ones end at once."""
    from app.accounts import app_users
    from app.db import transaction

    with transaction():
        phone = _find(username, project)
        app_users.renew_app_user(phone)
        _show(phone, server)


@click.command()
@click.argument("username")
@PROJECT
@with_app
def revoke_app_user(username: str, project: int) -> None:
    """End a phone's access; what it sent stays."""
    from app.accounts import app_users
    from app.db import transaction

    with transaction():
        app_users.revoke_app_user(_find(username, project))
    click.echo(f"The phone of {username} can no longer send or download.")


def _find(username: str, project: int) -> "AppUser":
    from app.accounts.app_users import find_by_username

    phone = find_by_username(username, project)
    if phone is None:
        raise click.ClickException(f"Project {project} has no surveyor {username}.")
    return phone


def _show(phone: "AppUser", server: str | None) -> None:
    from app.accounts.app_users import device_password
    from app.accounts.phone_settings import project_url

    config = current_app.config["THONSO"]
    base = server or config.public_url or f"http://{config.host}:{config.port or 8000}"
    base = base.rstrip("/")
    if phone.revoked_at is not None:
        click.echo("This phone's access has ended; `renew-app-user` opens it again.")
    click.echo(f"Surveyor: {phone.name} ({phone.username}), code {phone.enumerator_code}")
    click.echo(f"Address:  {project_url(phone, base)}")
    click.echo(f"or by name: {base}/v1/projects/{phone.project_id}")
    click.echo(f"  username {phone.username}, password {device_password(phone)}")
