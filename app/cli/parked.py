"""`thonso parked`: uploads that could not be filed, and what becomes of them."""

import click

from app.cli.context import with_app

CHOICES = ("admit", "newest", "alone", "attach", "discard")


@click.group()
def parked() -> None:
    """Uploads that arrived whole and could not be filed."""


@parked.command(name="list")
@click.option("--project", default=1, show_default=True)
@with_app
def list_(project: int) -> None:
    """Show what waits, oldest first: number, when it came, why it waits, what can be done."""
    from app.accounts.actors import OPERATOR
    from app.submissions.parked import REASONS
    from app.submissions.settling import choices_of, list_parked

    waiting = list_parked(OPERATOR, project)
    for upload in waiting:
        form = f"{upload.xml_form_id or '–'} {upload.version or ''}".strip()
        click.echo(f"{upload.id}  {upload.received_at:%Y-%m-%d %H:%M}  {form}")
        click.echo(f"    {REASONS[upload.reason]} ({', '.join(choices_of(upload))})")
    if not waiting:
        click.echo("Nothing is parked.")


@parked.command()
@click.argument("number", type=int)
@click.argument("choice", type=click.Choice(CHOICES))
@click.option("--reason", default="", help="Needed to discard.")
@with_app
def settle(number: int, choice: str, reason: str) -> None:
    """Settle an upload: file it as sent (admit), as the newest version, alone, …"""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.submissions.settling import settle as settle_upload

    with transaction():
        instance_pk = settle_upload(number, choice, OPERATOR, reason=reason)
    told = f"It is interview {instance_pk} now." if instance_pk else "It is set aside."
    if choice == "attach":
        told = f"Its files are attached to interview {instance_pk}."
    click.echo(told)
