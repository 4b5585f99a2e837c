"""`thonso rounds`: opens and changes rounds, and sets their review policy."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from app.cli.context import with_app

DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def rounds() -> None:
    """Survey rounds."""


def settings(command: Callable[..., None]) -> Callable[..., None]:
    """What can be set of a round, when it is opened and later."""
    options = (
        click.option("--to", "ends_on", type=DAY, help="Last day; open-ended without it."),
        click.option("--legal-basis", help="Number of the decision that orders the survey."),
        click.option(
            "--valid-for",
            type=int,
            metavar="MONTHS",
            help="Rolling: how long an interview counts.",
        ),
        click.option("--freeze", "frozen_on", type=DAY, help="Last day of receipt that counts."),
        click.option("--place", help="Official code of the place; else the whole programme's."),
        click.option("--form", "forms", multiple=True, help="Id of a form; may be given again."),
        click.option(
            "--deadline",
            "deadlines",
            type=(DAY, str),
            multiple=True,
            metavar="DAY TEXT",
            help="A day of the calendar and what is due; may be given again.",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@rounds.command(name="open")
@click.argument("code")
@click.argument("name")
@click.option("--from", "starts_on", type=DAY, required=True, help="First day, as 2026-11-01.")
@settings
@click.option("--project", default=1, show_default=True)
@with_app
def open_(
    *,
    code: str,
    name: str,
    starts_on: datetime,
    ends_on: datetime | None,
    project: int,
    **set_: Any,
) -> None:
    """Open a round."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import transaction

    with transaction():
        programme.open_round(
            project, code, name, starts_on.date(), _day(ends_on), actor=OPERATOR,
            **_settings(project, set_),
        )  # fmt: skip
    click.echo(f"The round {code} is open.")


@rounds.command()
@click.argument("code")
@click.option("--name", help="Another name.")
@click.option("--from", "starts_on", type=DAY, help="Another first day.")
@settings
@click.option("--project", default=1, show_default=True)
@with_app
def change(*, code: str, project: int, **set_: Any) -> None:
    """Change settings of a round; those that are not named stay."""
    from dataclasses import replace

    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.rounds.queries import get_round, plan_of

    with transaction():
        found = get_round(project, code)
        changed = {name: set_.pop(name) for name in ("name", "starts_on", "ends_on")}
        changed = {
            name: _day(value) if isinstance(value, datetime) else value
            for name, value in changed.items()
            if value is not None
        }
        plan = replace(plan_of(found), **changed, **_settings(project, set_))
        programme.change_round(found, plan, actor=OPERATOR)
    click.echo(f"The round {code} is changed.")


@rounds.command()
@click.argument("code")
@click.argument("place")
@click.argument("until", type=DAY)
@click.argument("reason")
@click.option("--project", default=1, show_default=True)
@with_app
def exception(*, code: str, place: str, until: datetime, reason: str, project: int) -> None:
    """Let interviews of a place count that came after the freeze, up to a day."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.cli.places import place as find_place
    from app.db import transaction
    from app.rounds.queries import get_round

    with transaction():
        found = get_round(project, code)
        unit = find_place(place)
        programme.grant_exception(found, unit.id, until.date(), reason, actor=OPERATOR)
    click.echo(f"What came from {unit.name} up to {until.date()} counts once it is approved.")


@rounds.command()
@with_app
def expire() -> None:
    """Stop counting what is too old in rolling rounds; workers do so once a day."""
    from app import daily

    daily.expire()
    click.echo("Everything that counts is young enough.")


def _settings(project_id: int, given: dict[str, Any]) -> dict[str, Any]:
    """What was set on the command line, as a plan has it."""
    from app.cli.places import place as find_place
    from app.forms.queries import find_form

    asked = {name: given[name] for name in ("legal_basis", "valid_for") if given[name] is not None}
    if given["frozen_on"]:
        asked["frozen_on"] = _day(given["frozen_on"])
    if given["place"]:
        asked["org_unit_id"] = find_place(given["place"]).id
    if given["forms"]:
        forms = {name: find_form(project_id, name) for name in given["forms"]}
        if unknown := [name for name, form in forms.items() if form is None]:
            raise click.ClickException(f"There is no form {', '.join(unknown)}.")
        asked["form_ids"] = tuple(form.id for form in forms.values() if form)
    if given["deadlines"]:
        asked["deadlines"] = tuple((day.date(), text) for day, text in given["deadlines"])
    return asked


def _day(instant: datetime | None) -> date | None:
    return instant.date() if instant else None


@rounds.command()
@click.argument("code")
@click.argument("policy", type=click.Choice(["hold-all", "approve-unflagged"]))
@click.option("--project", default=1, show_default=True)
@with_app
def review(code: str, policy: str, project: int) -> None:
    """Set what happens to new interviews of a round: all held, or approved unless flagged."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.rounds.change import set_review_policy

    with transaction():
        set_review_policy(project, code, policy, actor=OPERATOR)
    click.echo(f"The round {code} now reviews by “{policy}”.")


@rounds.command(name="list")
@click.option("--project", default=1, show_default=True)
@with_app
def list_(project: int) -> None:
    """Show the rounds of a project."""
    from app.rounds.queries import list_rounds

    for found in list_rounds(project):
        until = found.ends_on or "open-ended"
        click.echo(
            f"{found.code}  {found.starts_on} – {until}  {found.design}  {found.review_policy}"
            f"  {found.name}"
        )
