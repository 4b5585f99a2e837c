"""`thonso units merge|split|rename|retype|move|undo|history`: places that change."""

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from app.cli.context import with_app

if TYPE_CHECKING:
    from app.households.moves import Point
    from app.org_units.changes import Decision
    from app.regrouping import Effects

DAY = click.DateTime(["%Y-%m-%d"])


def decision(command: Callable[..., None]) -> Callable[..., None]:
    """From which day, on which paper, and whether to show what would happen only."""
    options = (
        click.option("--on", "on_date", type=DAY, required=True, help="First day it holds."),
        click.option("--legal-ref", required=True, help="Number of the decision."),
        click.option("--preview", is_flag=True, help="Show what would happen, and keep nothing."),
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.command()
@click.argument("places", nargs=-1, required=True)
@click.option("--name", required=True)
@click.option("--type", "type_", required=True, help="thôn, xã, phường …")
@click.option("--code", help="Official code; none for villages.")
@decision
@with_app
def merge(places: Sequence[str], name: str, type_: str, code: str | None, **said: Any) -> None:
    """Make one place out of several; their households and phones go with them."""
    from app import regrouping
    from app.cli.places import place
    from app.org_units.changes import Newcomer

    ids, into = [place(one).id for one in places], Newcomer(name, type_, code)
    _carry_out(lambda: regrouping.merge(ids, into, _decision(said)), said)


@click.command()
@click.argument("unit", metavar="PLACE")
@click.option("--part", "parts", multiple=True, required=True, metavar="NAME[=CODE]")
@click.option("--type", "type_", required=True, help="thôn, xã, phường …")
@click.option(
    "--give", "given", multiple=True, metavar="VILLAGE=NAME", help="A village inside goes there."
)
@click.option(
    "--point", "points", multiple=True, metavar="NAME=LONGITUDE,LATITUDE", help="Middle of a part."
)
@click.option(
    "--houses",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV: household, and village (a part's name or number) or longitude and latitude.",
)
@click.option("--gps", is_flag=True, help="Other households go to the part nearest to them.")
@decision
@with_app
def split(
    unit: str,
    *,
    parts: Sequence[str],
    type_: str,
    given: Sequence[str],
    points: Sequence[str],
    houses: Path | None,
    gps: bool,
    **said: Any,
) -> None:
    """Make several places out of one; say where each village or household goes."""
    from app import regrouping
    from app.cli.places import place
    from app.households.division import read_houses
    from app.org_units.changes import Newcomer

    takes = [(place(village).id, name) for village, name in map(_pair, given)]
    middles = {name: _point(*where.split(",")) for name, where in map(_pair, points)}
    into = []
    for name, code in (part.partition("=")[::2] for part in parts):
        middle = middles.get(name)
        inside = tuple(village for village, of in takes if of == name)
        where = tuple(middle) if middle else (None, None)
        into.append(Newcomer(name, type_, code or None, inside, *where))
    text = houses.read_text(encoding="utf-8-sig") if houses else ""
    homes = read_houses(text, [one.name for one in into])
    unit_id = place(unit).id
    _carry_out(lambda: regrouping.split(unit_id, into, _decision(said), homes, by_gps=gps), said)


@click.command()
@click.argument("unit", metavar="PLACE")
@click.argument("name")
@decision
@with_app
def rename(unit: str, name: str, **said: Any) -> None:
    """Give a place another name; the old one is found too."""
    from app import regrouping
    from app.cli.places import place

    unit_id = place(unit).id
    _carry_out(lambda: regrouping.rename(unit_id, name, _decision(said)), said)


@click.command()
@click.argument("unit", metavar="PLACE")
@click.argument("type_", metavar="TYPE")
@decision
@with_app
def retype(unit: str, type_: str, **said: Any) -> None:
    """Make a place another type, such as a xã a phường."""
    from app import regrouping
    from app.cli.places import place

    unit_id = place(unit).id
    _carry_out(lambda: regrouping.retype(unit_id, type_, _decision(said)), said)


@click.command()
@click.argument("unit", metavar="PLACE")
@click.argument("parent", metavar="INTO")
@decision
@with_app
def move(unit: str, parent: str, **said: Any) -> None:
    """Let a place lie in another place."""
    from app import regrouping
    from app.cli.places import place

    unit_id, parent_id = place(unit).id, place(parent).id
    _carry_out(lambda: regrouping.move(unit_id, parent_id, _decision(said)), said)


@click.command()
@click.argument("number", type=int)
@with_app
def undo(number: int) -> None:
    """Take a change back, as long as nothing rests on it."""
    from app import regrouping
    from app.db import transaction

    with transaction():
        event = regrouping.take_back(number, "operator")
        click.echo(f"Undone: {event.kind} of {event.on_date}, {event.legal_ref}.")


@click.command()
@click.argument("unit", metavar="PLACE")
@with_app
def history(unit: str) -> None:
    """Show where a place's ground came from and went; a code of any day will do."""
    from app.org_units.crosswalk import find_holders
    from app.org_units.history import history_of

    for place in find_holders(unit):
        known = history_of(place)
        click.echo(f"{place.type} {place.name}, {place.valid_from} – {place.valid_to or 'today'}")
        for edge in known.came_from:
            click.echo(f"  {edge.on}  from {edge.before_code} {edge.before.name} ({edge.extent})")
        for edge in known.went_to:
            click.echo(f"  {edge.on}  to {edge.after_code} {edge.after.name} ({edge.extent})")
        for event in known.events:
            click.echo(f"  {event.on_date}  {event.kind} (number {event.id}), {event.legal_ref}")


COMMANDS = (merge, split, rename, retype, move, undo, history)


def _decision(said: dict[str, Any]) -> "Decision":
    from app.org_units.changes import Decision

    on: datetime = said["on_date"]
    return Decision(on.date(), said["legal_ref"])


def _carry_out(change: Callable[[], "Effects"], said: dict[str, Any]) -> None:
    from app import regrouping
    from app.db import transaction

    with transaction():
        effects = regrouping.preview(change) if said["preview"] else change()
        for word, units in (
            ("ends", effects.ended), ("begins", effects.made), ("changes", effects.changed)
        ):  # fmt: skip
            for unit in units:
                click.echo(f"{word}: {unit.type} {unit.name} {unit.public_id or ''}".rstrip())
        for unit in effects.made:
            if unit.id in effects.spread:
                click.echo(f"{unit.name}: {effects.spread[unit.id]} households")
        click.echo(
            f"{effects.households} households move, {effects.phones} phones follow,"
            f" {effects.people} people's roles end."
        )
        click.echo(
            "Nothing was changed: this is what would happen."
            if said["preview"]
            else f"Done; take it back with: thonso units undo {effects.event.id}"
        )


def _pair(text: str) -> tuple[str, str]:
    left, sign, right = text.partition("=")
    if not sign:
        raise click.ClickException(f"Write {text} with a “=” between the two.")
    return left, right


def _point(longitude: str, latitude: str) -> "Point":
    from app.households.moves import Point

    try:
        return Point(float(longitude), float(latitude))
    except ValueError as error:
        raise click.ClickException(f"{longitude}, {latitude} is no point in degrees.") from error
