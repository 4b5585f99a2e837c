"""`thonso users api-token` and its kin: keys with which machines read the API."""

from datetime import timedelta

import click

from app.cli.context import with_app


@click.command()
@click.argument("username")
@click.argument("name")
@click.option("--days", type=click.IntRange(1), help="How long it works; until revoked without.")
@with_app
def api_token(username: str, name: str, days: int | None) -> None:
    """Make a key for a machine; it may do what the account may do."""
    from app.accounts.tokens import issue_api_token
    from app.accounts.users import get_user
    from app.clock import now
    from app.db import transaction

    with transaction():
        expires_at = now() + timedelta(days=days) if days else None
        token = issue_api_token(get_user(username), name, expires_at=expires_at)
    click.echo(f"Key (shown this once): {token}")


@click.command()
@click.argument("username")
@with_app
def api_tokens(username: str) -> None:
    """Show the keys of an account that have not been revoked."""
    from app.accounts.tokens import list_api_tokens
    from app.accounts.users import get_user

    for key in list_api_tokens(get_user(username)):
        until = f"until {key.expires_at:%Y-%m-%d}" if key.expires_at else "until revoked"
        click.echo(f"{key.id}  {key.name}  made {key.created_at:%Y-%m-%d}, {until}")


@click.command()
@click.argument("username")
@click.argument("key", type=int)
@with_app
def revoke_api_token(username: str, key: int) -> None:
    """End the key with this number."""
    from app.accounts import tokens
    from app.accounts.users import get_user
    from app.db import transaction

    with transaction():
        tokens.revoke_api_token(get_user(username), key)
    click.echo(f"Key {key} of {username} has ended.")
