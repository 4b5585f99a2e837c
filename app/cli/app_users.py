"""`thonso users app-user` and its kin: surveyors' phones."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click
from flask import current_app

from app.cli.context import with_app

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.accounts.actors import Actor
    from app.accounts.models import AppUser
    from app.org_units.models import OrgUnit

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
@click.option("--qr", is_flag=True, help="Draw the code for ODK Collect in the terminal.")
@click.option(
    "--save", type=click.Path(dir_okay=False, path_type=Path), help="Save it, as .png or .svg."
)
@click.option("--by-name", is_flag=True, help="A code with name and password, without a token.")
@with_app
def show_app_user(
    username: str,
    project: int,
    *,
    server: str | None,
    qr: bool,
    save: Path | None,
    by_name: bool,
) -> None:
    """Print a phone's address and password again, and its QR code."""
    phone = _find(username, project)
    _show(phone, server)
    if qr or save:
        _draw(phone, server, by_name=by_name, on_screen=qr, save=save)


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


@click.command()
@click.argument("username")
@click.argument("codes", metavar="PLACE...", nargs=-1, required=True)
@PROJECT
@with_app
def widen_app_user(username: str, codes: tuple[str, ...], project: int) -> None:
    """Let a phone work in further villages (ids) or communes (official codes)."""
    from app.accounts.surveyors import widen

    _change_places(widen, username, codes, project)


@click.command()
@click.argument("username")
@click.argument("codes", metavar="PLACE...", nargs=-1, required=True)
@PROJECT
@with_app
def narrow_app_user(username: str, codes: tuple[str, ...], project: int) -> None:
    """End a phone's work in villages or communes; what it sent stays."""
    from app.accounts.surveyors import narrow

    _change_places(narrow, username, codes, project)


def _change_places(
    change: "Callable[[Actor, AppUser, OrgUnit], None]",
    username: str,
    codes: tuple[str, ...],
    project: int,
) -> None:
    from app.accounts.actors import OPERATOR
    from app.accounts.grants import grants_of
    from app.cli.places import place, written
    from app.db import transaction
    from app.org_units.queries import get_unit

    with transaction():
        phone = _find(username, project)
        for code in codes:
            change(OPERATOR, phone, place(code))
        click.echo(f"{username} works in:")
        for grant in grants_of(phone):
            click.echo(f"  {written(get_unit(grant.org_unit_id))}")


def _find(username: str, project: int) -> "AppUser":
    from app.accounts.app_users import find_by_username

    phone = find_by_username(username, project)
    if phone is None:
        raise click.ClickException(f"Project {project} has no surveyor {username}.")
    return phone


def server_url(server: str | None) -> str:
    """The server's address as phones reach it, in the local network where none was set."""
    from app.embedded.ports import reachable_url

    config = current_app.config["THONSO"]
    base = server or config.public_url or reachable_url(config.host, config.port or 8000)
    return str(base).rstrip("/")


def _draw(
    phone: "AppUser", server: str | None, *, by_name: bool, on_screen: bool, save: Path | None
) -> None:
    import segno

    from app.accounts.phone_settings import surveyor_settings
    from app.projects.queries import get_project

    if save is not None and save.suffix.lower() not in {".png", ".svg"}:
        raise click.ClickException("Give a file name that ends in .png or .svg.")
    project = get_project(phone.project_id)
    settings = surveyor_settings(phone, project, server_url(server), by_name=by_name)
    code = segno.make(settings, error="l", micro=False)
    if save is not None:
        code.save(str(save), scale=8, border=4, light="#fff")
        click.echo(f"Code:     {save}")
    if on_screen:
        code.terminal(sys.stdout, compact=True, border=2)


def _show(phone: "AppUser", server: str | None) -> None:
    from app.accounts.app_users import device_password
    from app.accounts.phone_settings import project_url

    base = server_url(server)
    if phone.revoked_at is not None:
        click.echo("This phone's access has ended; `renew-app-user` opens it again.")
    click.echo(f"Surveyor: {phone.name} ({phone.username}), code {phone.enumerator_code}")
    click.echo(f"Address:  {project_url(phone, base)}")
    click.echo(f"or by name: {base}/v1/projects/{phone.project_id}")
    click.echo(f"  username {phone.username}, password {device_password(phone)}")
