"""`thonso assignments`: which surveyor visits which household."""

import csv
from pathlib import Path

import click

from app.cli.context import with_app


@click.group()
def assignments() -> None:
    """Households given to surveyors."""


@assignments.command(name="share")
@click.argument("round_code", metavar="ROUND")
@click.argument("place")
@click.argument("usernames", metavar="USERNAME...", nargs=-1, required=True)
@click.option("--again", is_flag=True, help="Also what somebody has and is not visited yet.")
@click.option("--project", default=1, show_default=True)
@with_app
def share_(
    *, round_code: str, place: str, usernames: tuple[str, ...], again: bool, project: int
) -> None:
    """Share the households of a commune or village out evenly among surveyors."""
    from app.accounts.actors import OPERATOR
    from app.cli.places import place as find_place
    from app.db import transaction
    from app.fieldwork.assignments import share_evenly
    from app.rounds.queries import get_round

    with transaction():
        done = share_evenly(
            get_round(project, round_code),
            find_place(place).id,
            [_surveyor(name, project) for name in usernames],
            actor=OPERATOR,
            again=again,
        )
    click.echo(f"{done.given} households are given; {done.left} lie where none of them works.")


@assignments.command()
@click.argument("round_code", metavar="ROUND")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--project", default=1, show_default=True)
@with_app
def load(*, round_code: str, file: Path, project: int) -> None:
    """Give households by a list: CSV with the columns household and surveyor (user name)."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.fieldwork.assignments import assign
    from app.rounds.queries import get_round

    with file.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.DictReader(lines))
    if rows and not {"household", "surveyor"} <= set(rows[0]):
        raise click.ClickException("The first line must name the columns household and surveyor.")
    with transaction():
        wanted = {row["household"]: _surveyor(row["surveyor"], project) for row in rows}
        done = assign(get_round(project, round_code), wanted, actor=OPERATOR)
    click.echo(f"{done.given} of {len(wanted)} households have another surveyor now.")


@assignments.command()
@click.argument("round_code", metavar="ROUND")
@click.argument("households", nargs=-1, required=True)
@click.option("--project", default=1, show_default=True)
@with_app
def clear(*, round_code: str, households: tuple[str, ...], project: int) -> None:
    """Take households back from their surveyors."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.fieldwork.assignments import unassign
    from app.rounds.queries import get_round

    with transaction():
        done = unassign(get_round(project, round_code), households, actor=OPERATOR)
    click.echo(f"{done} households are nobody's now.")


def _surveyor(username: str, project_id: int) -> int:
    from app.accounts.app_users import find_by_username

    found = find_by_username(username, project_id)
    if found is None:
        raise click.ClickException(f"There is no surveyor {username}.")
    return found.id
