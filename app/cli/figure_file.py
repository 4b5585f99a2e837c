"""`thonso figures file`: an Excel workbook of a round's figures, with a bar that tells how far."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app
from app.cli.progress import Progress

if TYPE_CHECKING:
    from app.exports.models import FigureFile

LEVELS = ("province", "district", "commune", "village")
LOOK = 0.2  # seconds until it is looked whether a worker is done with the places in hand


@click.command(name="file")
@click.argument("round_code", metavar="ROUND")
@click.argument("out", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--level", type=click.Choice(LEVELS), help="All without.")
@click.option("--release", type=int, help="Number of a release; what is so now without.")
@click.option("--indicator", help="Code of one indicator; all without.")
@click.option("--by", help="One breakdown; blank: undivided figures alone.")
@click.option("--old", "is_old", is_flag=True, help="Under the boundaries until 30 June 2025.")
@click.option("--open", "is_open", is_flag=True, help="What was given out and is not withheld.")
@click.option("--language", type=click.Choice(("vi", "en")), default="vi", show_default=True)
@click.option("--resume", type=int, metavar="NUMBER", help="Go on with a file that was stopped.")
@click.option("--project", default=1, show_default=True)
@with_app
def file(
    round_code: str, out: Path, language: str, resume: int | None, project: int, **asked: object
) -> None:
    """Write the figures of ROUND into the Excel workbook FILE; Ctrl-C stops it."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.exports import queries, run
    from app.exports.ask import Asked
    from app.exports.zipped import archive
    from app.rounds.queries import get_round

    with transaction():
        if resume is None:
            wish = Asked(**asked)  # type: ignore[arg-type]
            number = run.begin(OPERATOR, get_round(project, round_code), wish, language).id
        else:
            number = resume
            if queries.get_file(OPERATOR, number).state == "stopped":
                queries.resume(OPERATOR, number)
    try:
        made = _follow(number)
    except KeyboardInterrupt:
        with transaction():
            queries.stop(OPERATOR, number)
        click.echo(
            f"\nStopped. Go on with: thonso figures file {round_code} {out} --resume {number}",
            err=True,
        )
        raise SystemExit(130) from None
    if made.state != "finished":
        raise click.ClickException(made.problem or f"The file is {made.state}.")
    figures = made.figures
    with out.open("wb") as target:
        target.writelines(archive(queries.content_of(OPERATOR, number)))
    click.echo(f"{figures} figures: {out}, {out.stat().st_size} bytes")


def _follow(number: int) -> "FigureFile":
    """Makes what a worker does not make meanwhile; the file when it is no longer being made."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.exports import queries, run

    with transaction():
        made = queries.get_file(OPERATOR, number)
        progress, known = Progress("groups of places", len(made.steps)), 0
    with progress:
        while True:
            is_mine = run.advance(number)
            with transaction():
                made = queries.get_file(OPERATOR, number)
                done, is_running = made.done, made.state == "running"
            progress.step(done - known)
            known = done
            if not is_running:
                return queries.get_file(OPERATOR, number)
            if not is_mine:
                time.sleep(LOOK)
