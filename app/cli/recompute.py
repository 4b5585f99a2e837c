"""`thonso figures recompute`: sums all villages up anew, on all processors."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app

if TYPE_CHECKING:
    from app.cli.progress import Progress


@click.command()
@click.option("--rest", is_flag=True, help="Only what is owed already, as after Ctrl-C.")
@click.option("--jobs", type=click.IntRange(1, 4), default=min(os.cpu_count() or 1, 4),
              show_default=True, help="How many villages are summed up at once.")  # fmt: skip
@click.option("--project", default=1, show_default=True)
@with_app
def recompute(*, rest: bool, jobs: int, project: int) -> None:
    """Sum up all villages anew from what each interview says; Ctrl-C leaves the rest owed.

    Workers help, and go on with the rest behind what phones send.
    """
    from app import ledger
    from app.cli.progress import Progress
    from app.db import db, driver, transaction
    from app.indicators import stale
    from app.projects.queries import get_project

    with transaction():
        get_project(project)
        if not rest:
            stale.mark_project_stale(project)
    owed = ledger.owed(driver()).stale_villages
    db.session.rollback()
    with Progress("villages", owed) as progress:
        _side_by_side(jobs, progress)
    helped = f", {owed - progress.done} by workers" if progress.done < owed else ""
    click.echo(f"{progress.done} villages were summed up here{helped}.")


def _side_by_side(jobs: int, progress: "Progress") -> None:
    from flask import current_app

    from app import pipeline

    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
    stop = threading.Event()

    def work() -> None:
        with app.app_context():
            while not stop.is_set() and (count := pipeline.refresh_figures()):
                progress.step(count)

    with ThreadPoolExecutor(jobs) as pool:
        try:
            for done in [pool.submit(work) for _ in range(jobs)]:
                done.result()
        finally:
            stop.set()
