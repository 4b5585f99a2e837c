"""A release that is being made: followed to its end, stopped, gone on with, taken back."""

import time
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app
from app.cli.progress import Progress

if TYPE_CHECKING:
    from app.indicators.release_models import Release

LOOK = 0.2  # seconds until it is looked whether a worker is done with the step in hand


def follow_release(release_id: int, code: str) -> "Release":
    """Makes what no worker makes meanwhile, to its end; Ctrl-C stops it."""
    from app import pipeline
    from app.accounts.actors import OPERATOR
    from app.db import db, transaction
    from app.errors import fill
    from app.indicators import giving_out
    from app.indicators.release_queries import OUT
    from app.rounds.models import Round

    with transaction():
        made = _look_at(release_id)
        round_id, progress, known = made.round_id, Progress("steps", made.total), 0
    try:
        with progress:
            while True:
                is_mine = giving_out.advance(release_id)
                with transaction():
                    made = _look_at(release_id)
                    state, done = made.state, made.done
                progress.step(done - known)
                known = done
                if state != giving_out.MAKING:
                    break
                if not is_mine and not pipeline.refresh_figures():
                    time.sleep(LOOK)
    except KeyboardInterrupt:
        with transaction():
            giving_out.stop(db.session.get_one(Round, round_id), OPERATOR)
        again = f"thonso figures under-way {code} --resume"
        click.echo(f"\nStopped; nothing is out. Go on with: {again} (or --take-back)", err=True)
        raise SystemExit(130) from None
    made = _look_at(release_id)
    if made.state != OUT:
        why = fill(made.problem, **made.details) if made.problem else "The release was stopped."
        raise click.ClickException(f"{why} Nothing is out.")
    return made


def _look_at(release_id: int) -> "Release":
    from app.db import db
    from app.indicators.release_models import Release

    found = db.session.get(Release, release_id, populate_existing=True)
    if found is None:
        raise click.ClickException("The release was stopped and taken back. Nothing is out.")
    return found


@click.command(name="under-way")
@click.argument("code")
@click.option("--stop", "act", flag_value="stop", help="Let it rest.")
@click.option("--resume", "act", flag_value="resume", help="Go on where it stopped, to the end.")
@click.option("--take-back", "act", flag_value="take_back", help="Undo one that was stopped.")
@click.option("--project", default=1, show_default=True)
@with_app
def under_way(code: str, act: str | None, project: int) -> None:
    """Say how far the release of the round CODE is that is being made."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.errors import fill
    from app.indicators import giving_out
    from app.indicators.release_queries import release_under_way
    from app.rounds.queries import get_round

    acts = {
        "stop": giving_out.stop, "resume": giving_out.resume, "take_back": giving_out.take_back,
    }  # fmt: skip
    with transaction():
        found = get_round(project, code)
        if act is not None:
            acts[act](found, OPERATOR)
        made = release_under_way(found.id)
        if made is None:
            click.echo("No release of this round is being made.")
            return
        release_id = made.id
        why = f": {fill(made.problem, **made.details)}" if made.problem else ""
        click.echo(f"{made.version}  {made.state}, {made.done} of {made.total}{why}")
    if act == "resume":
        made = follow_release(release_id, code)
        click.echo(f"Release {made.version} of {code} is out ({made.status}).")
