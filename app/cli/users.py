"""`thonso users`: people, phones and keys to the API, and what each may do where."""

from datetime import datetime

import click

from app.cli.app_users import (
    SERVER,
    app_user,
    narrow_app_user,
    renew_app_user,
    revoke_app_user,
    server_url,
    show_app_user,
    widen_app_user,
)
from app.cli.context import with_app
from app.cli.keys import api_token, api_tokens, revoke_api_token
from app.cli.passwords import ask_password, password_options

LANGUAGE = click.option(
    "--language", type=click.Choice(["vi", "en"]), default="vi", show_default=True
)
PROJECT = click.option("--project", default=1, show_default=True, help="Number of the project.")


@click.group()
def users() -> None:
    """People, phones and keys, and what each may do where."""


@users.command()
@click.argument("username")
@click.option("--province", help="Official code of the project's province, when it has none yet.")
@click.option("--full-name", default="", help="As colleagues read it; the username without it.")
@LANGUAGE
@PROJECT
@password_options
@with_app
def create_admin(
    username: str, province: str | None, full_name: str, language: str, project: int, **how: bool
) -> None:
    """Make an administrator of a project."""
    from app.accounts.actors import OPERATOR
    from app.accounts.grants import grant_role
    from app.accounts.permissions import ADMINISTRATOR
    from app.accounts.users import create_user
    from app.cli.places import place, written
    from app.db import transaction
    from app.org_units.queries import get_unit
    from app.projects.queries import get_project

    password = ask_password(**how)
    with transaction():
        found = get_project(project)
        if province is not None and found.org_unit_id is None:
            found.org_unit_id = place(province).id
        if found.org_unit_id is None:
            raise click.ClickException(
                f"Project {project} has no province yet. Name it: --province 52"
            )
        top = get_unit(found.org_unit_id)
        if province is not None and place(province) != top:
            raise click.ClickException(f"Project {project} belongs to {written(top)}.")
        user = create_user(
            OPERATOR, username=username, full_name=full_name, password=password, language=language
        )
        grant_role(OPERATOR, user, role=ADMINISTRATOR, unit_id=top.id, project_id=project)
        click.echo(f"{user.username} is administrator of project {project}: {written(top)}.")


@users.command()
@click.argument("username")
@click.option("--full-name", default="", help="As colleagues read it; the username without it.")
@LANGUAGE
@password_options
@with_app
def create(username: str, full_name: str, language: str, **how: bool) -> None:
    """Make an account; it may do nothing until `grant` gives it a role."""
    from app.accounts.actors import OPERATOR
    from app.accounts.users import create_user
    from app.db import transaction

    password = ask_password(**how)
    with transaction():
        user = create_user(
            OPERATOR, username=username, full_name=full_name, password=password, language=language
        )
        click.echo(f"Made {user.username}. Next: thonso users grant {user.username} ROLE PLACE")


@users.command()
@click.argument("username")
@PROJECT
@SERVER
@with_app
def briefcase(username: str, project: int, server: str | None) -> None:
    """Print the address and password with which ODK Briefcase signs in for an account."""
    from app.accounts.users import get_user, transfer_password

    user = get_user(username)
    click.echo(f"Address:  {server_url(server)}/v1/briefcase/projects/{project}")
    click.echo(f"Username: {user.username}")
    click.echo(f"Password: {transfer_password(user)}")
    click.echo("The password ends when the account's own password is changed.")


@users.command()
@click.argument("username")
@click.argument("role")
@click.argument("code", metavar="PLACE")
@PROJECT
@with_app
def grant(username: str, role: str, code: str, project: int) -> None:
    """Give a role at a place (official code or village id) and all that lies in it."""
    from app.accounts.actors import OPERATOR
    from app.accounts.grants import grant_role
    from app.accounts.users import get_user
    from app.cli.places import place, written
    from app.db import transaction

    with transaction():
        user, unit = get_user(username), place(code)
        grant_role(OPERATOR, user, role=role, unit_id=unit.id, project_id=project)
        click.echo(f"{user.username} is {role} at {written(unit)}.")


@users.command()
@click.argument("username")
@click.argument("role")
@click.argument("code", metavar="PLACE")
@PROJECT
@with_app
def revoke(username: str, role: str, code: str, project: int) -> None:
    """Take a role at a place back; it ends with the person's next click."""
    from app.accounts.actors import OPERATOR
    from app.accounts.grants import revoke_role
    from app.accounts.users import get_user
    from app.cli.places import place, written
    from app.db import transaction

    with transaction():
        user, unit = get_user(username), place(code)
        if not revoke_role(OPERATOR, user, role=role, unit_id=unit.id, project_id=project):
            raise click.ClickException(f"{user.username} is not {role} at {written(unit)}.")
        click.echo(f"{user.username} is no longer {role} at {written(unit)}.")


@users.command()
@click.argument("username")
@with_app
def disable(username: str) -> None:
    """End an account's sessions and keys at once; what it did stays on record."""
    from app.accounts.actors import OPERATOR
    from app.accounts.users import disable_user, get_user
    from app.db import transaction

    with transaction():
        disable_user(OPERATOR, get_user(username))
    click.echo(f"{username} can no longer sign in.")


@users.command()
@click.argument("username")
@with_app
def enable(username: str) -> None:
    """Let a disabled account sign in again."""
    from app.accounts.actors import OPERATOR
    from app.accounts.users import enable_user, get_user
    from app.db import transaction

    with transaction():
        enable_user(OPERATOR, get_user(username))
    click.echo(f"{username} can sign in again.")


@users.command()
@click.argument("username")
@password_options
@with_app
def reset_password(username: str, **how: bool) -> None:
    """Give an account another password and end its sessions."""
    from app.accounts.actors import OPERATOR
    from app.accounts.tokens import list_api_tokens
    from app.accounts.users import get_user, set_password
    from app.db import transaction

    with transaction():
        user = get_user(username)
        set_password(OPERATOR, user, ask_password(**how))
        keys = len(list_api_tokens(user))
        click.echo(f"{user.username} has a new password and is signed out everywhere.")
        if keys:
            click.echo(f"{keys} API keys still work: thonso users api-tokens {user.username}")


@users.command(name="list")
@with_app
def list_() -> None:
    """Show accounts and phones with their roles and places."""
    from app.accounts.app_users import list_app_users
    from app.accounts.grants import grants_of
    from app.accounts.users import list_users
    from app.cli.places import written
    from app.org_units.queries import get_unit

    for user in list_users():
        click.echo(f"{user.username}  {user.full_name}{_ended(user.disabled_at)}")
        for held in grants_of(user):
            place = written(get_unit(held.org_unit_id))
            click.echo(f"    {held.role}, project {held.project_id}: {place}")
    for phone in list_app_users():
        click.echo(f"phone {phone.username}  {phone.name}{_ended(phone.revoked_at)}")
        for held in grants_of(phone):
            click.echo(f"    project {held.project_id}: {written(get_unit(held.org_unit_id))}")


def _ended(at: datetime | None) -> str:
    return "" if at is None else f"  (ended {at:%Y-%m-%d})"


for command in (api_token, api_tokens, revoke_api_token):
    users.add_command(command)
for command in (
    app_user,
    show_app_user,
    renew_app_user,
    revoke_app_user,
    widen_app_user,
    narrow_app_user,
):
    users.add_command(command)
