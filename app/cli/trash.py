"""`thonso trash`: interviews out of every list and figure, back again, or removed with proof."""

import click

from app.cli.context import with_app

PROJECT = click.option("--project", default=1, show_default=True, help="Number of the project.")


@click.group()
def trash() -> None:
    """Interviews that were thrown away."""


@trash.command(name="list")
@with_app
def list_() -> None:
    """Show what lies in the trash, newest first."""
    from app.accounts.actors import OPERATOR
    from app.submissions.trash import list_trash

    found = list_trash(OPERATOR)
    for one in found:
        click.echo(f"{one.id}\t{one.trashed_at:%Y-%m-%d %H:%M}\t{one.actor}\t{one.reason}")
    if not found:
        click.echo("The trash is empty.")


@trash.command()
@click.argument("number", type=int)
@click.option("--reason", required=True, help="Why; it stays on record.")
@with_app
def throw(number: int, reason: str) -> None:
    """Put the interview with this number into the trash; figures follow."""
    from app import pipeline
    from app.accounts.actors import OPERATOR
    from app.db import transaction

    with transaction():
        pipeline.throw_away(number, reason, OPERATOR)
    click.echo(f"Interview {number} is in the trash.")


@trash.command()
@click.argument("number", type=int)
@with_app
def restore(number: int) -> None:
    """Take an interview out of the trash, as it was; figures follow."""
    from app import pipeline
    from app.accounts.actors import OPERATOR
    from app.db import transaction

    with transaction():
        pipeline.restore(number, OPERATOR)
    click.echo(f"Interview {number} is back.")


@trash.command()
@click.argument("numbers", type=int, nargs=-1, metavar="[NUMBER]...")
@click.option("--reason", required=True, help="Why; it stands in the proof.")
@click.option("--law", help="The legal basis of an erasure, for the proof.")
@click.option("--older-than", default=30, show_default=True, help="Days in the trash.")
@PROJECT
@with_app
def purge(
    numbers: tuple[int, ...], reason: str, law: str | None, older_than: int, project: int
) -> None:
    """Remove for good what lay long enough in the trash, or these numbers of it at once.

    Raw XML, files and all answers go; a proof (hashes, who, when, why) stays.
    """
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.submissions import purge as removal

    with transaction():
        chosen = list(numbers) or removal.due(project, older_than)
    for number in chosen:
        with transaction():
            proof = removal.purge(number, reason, OPERATOR, law=law)
        click.echo(f"{number}\t{proof}")
    with transaction():
        files = removal.remove_files()
    click.echo(f"Purged: {len(chosen)} interviews, {files} files")


@trash.command()
@with_app
def proofs() -> None:
    """Show what was purged, and check the chain of proofs; exit code 1 when it is broken."""
    from app.submissions.purge import proofs as all_proofs

    broken = 0
    for said, fits in all_proofs():
        broken += not fits
        mark = "" if fits else "\tBROKEN: this row or the one before was changed"
        law = f" ({said['law']})" if said["law"] else ""
        click.echo(
            f"{said['submission']}\t{said['at']:%Y-%m-%d %H:%M}\t{said['actor']}\t"
            f"{said['reason']}{law}\t{said['proof']}{mark}"
        )
    raise SystemExit(1 if broken else 0)
