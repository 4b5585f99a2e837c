"""`thonso cards`: communes' own views of their scorecards, and what the province grants."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.context import with_app

if TYPE_CHECKING:
    from app.scorecards.cards import Where

STEPS = ("review", "explain", "submit", "return", "appraise", "extend")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
PROJECT = click.option("--project", default=1, show_default=True)


def one_card(command: Callable[..., None]) -> Callable[..., None]:
    """The arguments that name a card: CODE ROUND PLACE."""
    for name, shown in (("place", "PLACE"), ("round_code", "ROUND"), ("code", "CODE")):
        command = click.argument(name, metavar=shown)(command)
    return PROJECT(command)


@click.group()
def cards() -> None:
    """Communes' cards: own points beside computed ones, evidence, and what is granted."""


@cards.command(name="list")
@click.argument("code")
@click.argument("round_code", metavar="ROUND")
@PROJECT
@with_app
def list_(*, code: str, round_code: str, project: int) -> None:
    """Show how far each commune's card is."""
    from app.accounts.actors import OPERATOR
    from app.org_units.queries import codes_of
    from app.rounds.queries import get_round
    from app.scorecards.cards import list_cards
    from app.scorecards.catalog import get_scorecard

    found = list_cards(OPERATOR, get_scorecard(project, code), get_round(project, round_code))
    codes = codes_of([one.unit.id for one in found])
    for one in found:
        click.echo(f"{codes.get(one.unit.id)}  {one.unit.name}  {one.state}  {one.due_on or '-'}")


@cards.command()
@one_card
@with_app
def show(**named: Any) -> None:
    """Show a card line by line: computed, own and granted points, and what is still to be done."""
    from app.accounts.actors import OPERATOR
    from app.scorecards.cards import files_of, find_card

    found = find_card(OPERATOR, _where(**named))
    card, lacks = found.card, found.card.lacks()
    files = files_of(found.record.id) if found.record else []
    click.echo(
        f"{card.state}, last day {card.due_on or '-'}; computed {_said(found.score.told)},"
        f" own {_said(card.claimed)}, granted so far {_said(card.granted)}"
    )
    for one in card.lines:
        line, entry = one.line, one.entry
        own, granted = _said(entry.own, "="), _said(entry.appraised, "=")
        points = line.missing or _said(line.points)
        click.echo(f"   {line.criterion.code}  {points}  own {own}  granted {granted}"
                   f"  of {_said(line.criterion.points)}")  # fmt: skip
        for name in ("reported", "explanation", "remark"):
            if text := getattr(entry, name):
                click.echo(f"      {name}: {text}")
        for file in files:
            if file.criterion == line.criterion.code:
                click.echo(f"      file {file.id}: {file.name}, {file.blob.size} bytes")
        for lack in lacks.get(line.criterion.code, ()):
            click.echo(f"      to do: {lack}")


@cards.command()
@one_card
@with_app
def history(**named: Any) -> None:
    """Show every change of a card, newest first."""
    from app.scorecards.cards import find_record
    from app.scorecards.history import acts_on

    for act in acts_on(find_record(_where(**named)), limit=None):
        changes = "; ".join(f"{name}: {a or '-'} → {b or '-'}" for name, a, b in act.changes)
        click.echo(f"{act.at:%Y-%m-%d %H:%M}  {act.who}  {act.action}  {act.criterion or '-'}"
                   f"  {changes}")  # fmt: skip


@cards.command()
@one_card
@click.argument("criterion")
@click.option("--reported", help="45/60, 75 %, 4, yes, no, head, deputy or other.")
@click.option("--own", help="The commune's points; “” agrees with the computed ones.")
@click.option("--explanation", help="Needed where own points differ.")
@with_app
def write(*, criterion: str, **asked: Any) -> None:
    """Write what a commune says of CRITERION; what is not given stays as it is."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.scorecards import writing
    from app.scorecards.cards import find_card

    said = {name: asked.pop(name) for name in ("reported", "own", "explanation")}
    where = _where(**asked)
    with transaction():
        line = find_card(OPERATOR, where).card.line(criterion)
        kept = line.entry.to_json() if line else {}
        texts = {n: kept.get(n, "") if text is None else text for n, text in said.items()}
        writing.write(OPERATOR, where, criterion, **texts)
    click.echo(f"{criterion} is written.")


@cards.command()
@one_card
@click.argument("criterion")
@click.argument("points")
@click.option("--remark", default="", help="Needed where points differ from the commune's.")
@with_app
def grant(*, criterion: str, points: str, remark: str, **named: Any) -> None:
    """Grant POINTS for CRITERION; “” grants the commune's."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.scorecards import writing

    where = _where(**named)
    with transaction():
        writing.grant(OPERATOR, where, criterion, points=points, remark=remark)
    click.echo(f"{criterion} is granted.")


@cards.command()
@one_card
@click.argument("step", type=click.Choice(STEPS))
@click.option("--reason", default="", help="Needed to return a card and to give more time.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="The new last day.")
@with_app
def step(*, step: str, reason: str, until: datetime | None, **named: Any) -> None:
    """Take a card a step further, back to the commune, or give it more time."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.scorecards import workflow

    where, day = _where(**named), until.date() if until else None
    with transaction():
        if step == "extend":
            workflow.extend(OPERATOR, where, day, reason)
        else:
            step = workflow.advance(OPERATOR, where, step, reason=reason, due_on=day)
    click.echo(f"The card is {step}." if day is None else f"The card is {step} until {day}.")


@cards.command()
@one_card
@click.argument("criterion")
@click.argument("file", type=FILE)
@with_app
def attach(*, criterion: str, file: Path, **named: Any) -> None:
    """Add FILE to CRITERION as evidence."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.scorecards import evidence

    where = _where(**named)
    with file.open("rb") as content, transaction():
        made = evidence.attach(OPERATOR, where, criterion, name=file.name, content=content)
        click.echo(f"It is file {made.id}.")


@cards.command()
@click.argument("file_id", metavar="FILE", type=int)
@click.argument("to", type=click.Path(path_type=Path))
@with_app
def fetch(*, file_id: int, to: Path) -> None:
    """Write an evidence file, by its number, to the path TO."""
    from app.accounts.actors import OPERATOR
    from app.scorecards.evidence import get_file
    from app.storage.blobs import open_blob

    with open_blob(get_file(OPERATOR, file_id).blob_sha256) as content:
        to.write_bytes(content.read())
    click.echo(f"{to} is written.")


@cards.command()
@click.argument("file_id", metavar="FILE", type=int)
@with_app
def detach(*, file_id: int) -> None:
    """Take an evidence file out of its card; it stays on record."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.scorecards import evidence

    with transaction():
        evidence.detach(OPERATOR, file_id)
    click.echo(f"File {file_id} is taken out.")


def _where(*, code: str, round_code: str, place: str, project: int) -> "Where":
    from app.cli.places import place as find_place
    from app.rounds.queries import get_round
    from app.scorecards.cards import Where
    from app.scorecards.catalog import get_scorecard

    unit = find_place(place)
    if unit.level != "commune":
        raise click.ClickException("Cards are communes': name one by its code.")
    return Where(get_scorecard(project, code), get_round(project, round_code), unit)


def _said(points: Any, blank: str = "-") -> str:
    from app.scorecards.points import shown

    return blank if points is None else str(shown(points))
