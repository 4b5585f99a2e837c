"""`thonso figures evaluate`: evaluates interviews again, and says how far that is."""

import click

from app.cli.context import with_app

a_project = click.option("--project", default=1, show_default=True)


@click.command()
@click.argument("form")
@click.option("--stop", "act", flag_value="stop", help="Rest after the batch in hand.")
@click.option("--resume", "act", flag_value="resume", help="Go on where it stopped.")
@a_project
@with_app
def evaluate(form: str, act: str | None, project: int) -> None:
    """Evaluate all interviews of FORM again; a worker does it, batch by batch."""
    from app import queue
    from app.accounts.actors import OPERATOR
    from app.db import on_commit, transaction
    from app.indicators import reevaluate

    acts = {None: reevaluate.start, "stop": reevaluate.stop, "resume": reevaluate.resume}
    with transaction():
        acts[act](project, form, OPERATOR)
        on_commit(queue.ring)
    _tell(project)


@click.command()
@a_project
@with_app
def evaluations(project: int) -> None:
    """Say how far interviews are evaluated again, and what that costs."""
    _tell(project)


def _tell(project: int) -> None:
    from app.indicators.reevaluate import list_progress

    known = list_progress(project)
    for one in known:
        each = "" if one.cpu_each is None else f", {one.cpu_each:.2f} ms of CPU each"
        why = f": {one.reason}" if one.reason else ""
        click.echo(f"{one.form}: {one.state}, {one.done} of {one.total} interviews{each}{why}")
    if not known:
        click.echo("No interviews were evaluated again.")
