"""`thonso rounds`: opens rounds and sets their review policy."""

from datetime import datetime

import click

from app.cli.context import with_app

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def rounds() -> None:
    """Survey rounds."""


@rounds.command(name="open")
@click.argument("code")
@click.argument("name")
@click.option("--from", "starts_on", type=DAY, required=True, help="First day, as 2026-11-01.")
@click.option("--to", "ends_on", type=DAY, help="Last day; open-ended without it.")
@click.option("--legal-basis", help="Number of the decision that orders the survey.")
@click.option("--project", default=1, show_default=True)
@with_app
def open_(
    *,
    code: str,
    name: str,
    starts_on: datetime,
    ends_on: datetime | None,
    legal_basis: str | None,
    project: int,
) -> None:
    """Open a round."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import transaction

    with transaction():
        programme.open_round(
            project,
            code,
            name,
            starts_on.date(),
            ends_on.date() if ends_on else None,
            actor=OPERATOR,
            legal_basis=legal_basis,
        )
    click.echo(f"The round {code} is open.")


@rounds.command()
@click.argument("code")
@click.argument("policy", type=click.Choice(["hold-all", "approve-unflagged"]))
@click.option("--project", default=1, show_default=True)
@with_app
def review(code: str, policy: str, project: int) -> None:
    """Set what happens to new interviews of a round: all held, or approved unless flagged."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.rounds.change import set_review_policy

    with transaction():
        set_review_policy(project, code, policy, actor=OPERATOR)
    click.echo(f"The round {code} now reviews by “{policy}”.")


@rounds.command(name="list")
@click.option("--project", default=1, show_default=True)
@with_app
def list_(project: int) -> None:
    """Show the rounds of a project."""
    from app.rounds.queries import list_rounds

    for found in list_rounds(project):
        until = found.ends_on or "open-ended"
        click.echo(
            f"{found.code}  {found.starts_on} – {until}  {found.review_policy}  {found.name}"
        )
