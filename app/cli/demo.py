"""`thonso demo`: an invented programme, played by surveyors and reviewers who speak HTTP."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import click

from app.cli.context import with_app
from app.config import Config

SEED = 2026
HOUSEHOLDS = 400
SETTLE_SECONDS = 300.0


@click.command()
@click.option(
    "--households",
    type=click.IntRange(40, 40_000),
    default=HOUSEHOLDS,
    show_default=True,
    help="How many dwellings are invented; it has effect in a data folder without a demo.",
)
def demo(households: int) -> None:
    """Start everything, and play a survey round of an invented programme in real communes.

    What was sent already is not sent again, and an interrupted demo goes on.
    """
    from app.cli.demo_summary import show
    from app.demo import state
    from app.embedded import daemon

    config = Config.from_environment()
    running = daemon.start(config, hook="app.demo.state:follow")
    folder = config.data_dir / "demo"
    folder.mkdir(mode=0o700, exist_ok=True)
    played = state.read(config.data_dir)
    programme = played or _play(folder, running["base_url"], households)
    # Children may have been started again meanwhile, so the numbers are read anew.
    known = state.complete(programme, daemon.start(config))
    if not show(folder, known):
        if not played:
            raise click.ClickException("The figures are not those of the invented people.")
        click.echo("Figures differ where somebody decided something since the demo was played.")
    state.write(config.data_dir, known)


@with_app
def _play(folder: Path, base_url: str, households: int) -> dict[str, Any]:
    from app.cli.demo_programme import hand_out, prepare
    from app.cli.progress import Progress
    from app.clock import today
    from app.demo import record
    from app.demo.connection import StoppedError
    from app.demo.plan import make_plan
    from app.demo.play import play

    day = record.first_day(folder)
    if day is not None:
        households = len(record.read(folder)["households"])
        click.echo(f"Going on with the {households} dwellings invented on {day}.")
    day = day or today()
    programme = prepare(folder, day, told=lambda form: click.echo(f"Publishing {form}"))
    plan = make_plan(SEED, households, day)
    if not record.people_file(folder).exists():
        record.write(folder, plan, programme["villages"], programme["round"])
    try:
        play(
            plan, programme, base_url,
            settle=_settle, hand_out=partial(hand_out, programme), progress=Progress,
        )  # fmt: skip
    except StoppedError as error:
        raise click.ClickException(f"{error}\nRun it again to go on.") from error
    return programme


def _settle() -> None:
    """Wait until everything that was accepted is processed, also over a database's restart."""
    from app import ledger
    from app.db import driver, is_passing, transaction

    deadline = time.monotonic() + SETTLE_SECONDS
    while time.monotonic() < deadline:
        try:
            with transaction():
                if ledger.owed(driver()).is_settled:
                    return
        except Exception as error:
            if not is_passing(error):
                raise
        time.sleep(0.2)
    raise click.ClickException("The figures are not up to date yet: thonso queue status")
