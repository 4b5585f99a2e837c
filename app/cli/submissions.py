"""`thonso submissions`: interviews that are brought by hand, and what happens to all of them."""

import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app
from app.cli.progress import Progress

if TYPE_CHECKING:
    from app.imports.bring import Outcome

# What an outcome is called, in the order in which it is told.
OUTCOMES = {
    "new": "new",
    "edit": "edits",
    "repeat": "already here",
    "parked": "parked",
    "skipped": "skipped",
}

FOLLOWED_EVERY = 1.0  # seconds


@click.group()
def submissions() -> None:
    """Interviews."""


@submissions.command(name="import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--surveyor", help="Whose phone it is, where an interview does not say so itself.")
@click.option("--project", default=1, show_default=True, help="Number of the project.")
@with_app
def import_(path: Path, surveyor: str | None, project: int) -> None:
    """Take interviews in from a folder or zip of ODK Collect's `instances`, as from a phone.

    Ctrl-C stops it; repeated, it finds what is here already and goes on.
    """
    from app.accounts.actors import OPERATOR
    from app.accounts.app_users import find_by_username
    from app.db import transaction
    from app.imports import run

    phone = find_by_username(surveyor, project) if surveyor else None
    if surveyor and phone is None:
        raise click.ClickException(f"Project {project} has no surveyor {surveyor}.")
    with transaction():
        begun = run.begin(project, path.name, OPERATOR, app_user_id=phone.id if phone else None)
        import_id = begun.id
    seen: list[Outcome] = []
    try:
        run.bring_folder(import_id, path, lambda total: _follow(total, seen))
    except KeyboardInterrupt:
        click.echo("\nStopped. Run it again to go on; nothing is taken in twice.", err=True)
        raise SystemExit(130) from None
    finally:
        _summarize(seen)


def _follow(total: int, seen: "list[Outcome]") -> "Callable[[Outcome], None]":
    progress = Progress("folders", total)

    def step(outcome: "Outcome") -> None:
        seen.append(outcome)
        progress.step()

    return step


def _summarize(seen: "list[Outcome]") -> None:
    from app.imports.find import REASONS
    from app.submissions.parked import REASONS as PARKED

    for outcome in seen:
        if outcome.reason:
            why = REASONS.get(outcome.reason) or PARKED.get(outcome.reason, outcome.reason)
            click.echo(f"{outcome.path or '.'}: {OUTCOMES[outcome.case]}: {why}")
    counted = Counter(outcome.case for outcome in seen)
    click.echo(", ".join(f"{counted[case]} {name}" for case, name in OUTCOMES.items()))


@submissions.command()
@click.option("--after", help="The cursor that an earlier call ended with; else from the start.")
@click.option("--follow", is_flag=True, help="Go on until Ctrl-C.")
@click.option("--project", default=1, show_default=True, help="Number of the project.")
@with_app
def changes(after: str | None, follow: bool, project: int) -> None:
    """Print what happened to interviews, a line each, and at the end a cursor to go on from."""
    from app.accounts.actors import OPERATOR
    from app.db import db
    from app.errors import BadRequest
    from app.review.copies import copies_of
    from app.review.feed import MOST, Cursor, changes_after

    cursor = Cursor.read(after) if after else None
    if after and cursor is None:
        raise BadRequest("The cursor is not from an answer of ours. Start without it.")
    more = True
    try:
        while more or follow:
            page = changes_after(OPERATOR, project, cursor, MOST)
            copies = copies_of(OPERATOR, [change.id for change in page.changes])
            for change in page.changes:
                copy = copies.get(change.id)
                about = f"\t{copy.submission.state}\t{copy.xml_form_id}" if copy else ""
                click.echo(f"{change.id}\t{change.kind}{about}")
            cursor, more = page.cursor, page.more
            db.session.rollback()
            if not more and follow:
                time.sleep(FOLLOWED_EVERY)
    except KeyboardInterrupt:
        pass
    click.echo(f"next: {cursor}", err=True)
