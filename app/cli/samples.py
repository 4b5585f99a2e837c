"""`thonso samples`: how large, which households, and who stands in for whom."""

import csv
import sys
from pathlib import Path
from typing import Any

import click

from app.cli.context import with_app
from app.samples.design import KINDS, STRATA


@click.group()
def samples() -> None:
    """Samples of survey rounds."""


@samples.command()
@click.option("--margin", type=float, default=5, show_default=True, help="± points of per cent.")
@click.option("--households", type=int, help="Households in all; without it, very many.")
@click.option("--deff", type=float, default=1, show_default=True, help="Design effect.")
@click.option("--share", type=float, default=50, show_default=True, help="Expected per cent.")
@click.option(
    "--response", type=float, default=100, show_default=True, help="Per cent that answer."
)
def size(
    *, margin: float, households: int | None, deff: float, share: float, response: float
) -> None:
    """Say how many households to draw for a margin at 95 %."""
    from app.errors import Problem
    from app.samples.size import sample_size

    try:
        needed = sample_size(
            margin / 100,
            households=households,
            share=share / 100,
            deff=deff,
            response=response / 100,
        )
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{needed}")


@samples.command()
@click.argument("round_code", metavar="ROUND")
@click.argument("design", type=click.Choice(KINDS))
@click.option("--size", default=0, help="Households; in two stages, villages.")
@click.option("--take", default=0, help="Two stages: households of each village.")
@click.option("--by", type=click.Choice(STRATA), default="none", show_default=True, help="Strata.")
@click.option(
    "--oversample", default=1, show_default=True, help="How many times as likely: the list."
)
@click.option("--poor", multiple=True, default=["1"], show_default=True, help="Codes of the poor.")
@click.option("--list", "listed", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="File with household codes, one a line, instead of the poor.")  # fmt: skip
@click.option("--reserves", default=0, show_default=True, help="Of each stratum or village.")
@click.option("--seed", help="Draws the same again; made and printed without it.")
@click.option("--project", default=1, show_default=True)
@with_app
def draw(
    *,
    round_code: str,
    design: str,
    poor: tuple[str, ...],
    listed: Path | None,
    seed: str | None,
    project: int,
    **sizes: Any,
) -> None:
    """Draw the sample of a round from the registry."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.rounds.queries import get_round
    from app.samples.design import Design

    codes = listed.read_text(encoding="utf-8-sig").split() if listed else []
    with transaction():
        found = get_round(project, round_code)
        wanted = Design(design, **sizes)
        sample = programme.draw_sample(
            found, wanted, seed, actor=OPERATOR, poor=() if codes else poor, codes=codes
        )
        click.echo(f"{sample.drawn} of {sample.frame} households are drawn.")
        click.echo(f"seed {sample.seed}")
        click.echo(f"frame {sample.frame_sha256}")


@samples.command()
@click.argument("round_code", metavar="ROUND")
@click.option("--project", default=1, show_default=True)
@with_app
def show(*, round_code: str, project: int) -> None:
    """Write a sample as CSV: household, village, stratum, probability, role, whom it replaces."""
    from app.org_units.queries import codes_of
    from app.rounds.queries import get_round
    from app.samples.queries import get_sample, households_of

    households = households_of(get_sample(get_round(project, round_code).id))
    villages = codes_of({household.village_id for household in households})
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(["household", "village", "stratum", "probability", "role", "replaces"])
    for one in households:
        village = villages.get(one.village_id)
        writer.writerow(
            [one.household, village, one.stratum, repr(one.probability), one.role, one.replaces]
        )


@samples.command()
@click.argument("round_code", metavar="ROUND")
@click.argument("form", metavar="FORM")
@click.option("--project", default=1, show_default=True)
@with_app
def weights(*, round_code: str, form: str, project: int) -> None:
    """Write a sample as CSV with the weights of those whose interview by a household FORM counts.

    With answers beside it, it is what `thonso stats estimate` takes.
    """
    from app.forms.queries import find_form
    from app.indicators.weights import weighted_households, weights_table
    from app.rounds.queries import get_round
    from app.samples.queries import get_sample

    found = get_round(project, round_code)
    get_sample(found.id)
    asked = find_form(project, form)
    if asked is None or asked.kind != "household":
        raise click.ClickException(f"There is no household form “{form}”.")
    households = weighted_households(found.id, asked.id)
    csv.writer(sys.stdout, lineterminator="\n").writerows(weights_table(households))


@samples.command()
@click.argument("round_code", metavar="ROUND")
@click.option("--project", default=1, show_default=True)
@with_app
def discard(*, round_code: str, project: int) -> None:
    """Take a sample back that nobody was visited for."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.rounds.queries import get_round

    with transaction():
        programme.discard_sample(get_round(project, round_code), actor=OPERATOR)
    click.echo(f"The round {round_code} has no sample any more.")


@samples.command()
@click.argument("round_code", metavar="ROUND")
@click.argument("household")
@click.argument("reason")
@click.option("--project", default=1, show_default=True)
@with_app
def substitute(*, round_code: str, household: str, reason: str, project: int) -> None:
    """Let the next reserve stand in for a household, which stays nonresponse."""
    from app import programme
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.rounds.queries import get_round

    with transaction():
        found = get_round(project, round_code)
        reserve = programme.substitute(found, household, reason, actor=OPERATOR)
        click.echo(f"{reserve.household} stands in for {household}.")
