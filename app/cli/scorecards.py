"""`thonso scorecards`: publishes scorecards, and shows scores and ranks."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.context import with_app
from app.cli.language import in_asked_language

if TYPE_CHECKING:
    from app.xforms.problems import Finding

PROJECT = click.option("--project", default=1, show_default=True)
FILE = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
JOINT = click.option(
    "--joint",
    is_flag=True,
    help="Work the error of sums out from the interviews: seconds for a commune of thousands.",
)


@click.group()
def scorecards() -> None:
    """Scorecards: figures as points."""


@scorecards.command()
@FILE
@PROJECT
@in_asked_language
@with_app
def check(*, file: Path, project: int) -> None:
    """Say what publishing FILE would say, without publishing."""
    from app.i18n import gettext
    from app.scorecards.catalog import check as check_workbook

    findings = check_workbook(project, file.name, file.read_bytes())
    _tell(file, findings)
    if any(finding.severity == "error" for finding in findings):
        raise click.exceptions.Exit(1)
    click.echo(f"{file.name}: " + gettext("can be published."))


@scorecards.command()
@FILE
@PROJECT
@in_asked_language
@with_app
def publish(*, file: Path, project: int) -> None:
    """Put the scorecard of FILE (.xlsx, .xls, .md) in force instead of its earlier version."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.errors import Problem
    from app.i18n import gettext
    from app.scorecards import catalog
    from app.xforms.problems import FormRefused

    try:
        with transaction():
            made = catalog.publish(project, file.name, file.read_bytes(), OPERATOR)
            click.echo(f"{made.code} version {made.version} is in force.")
    except FormRefused as refusal:
        _tell(file, refusal.findings)
        raise click.exceptions.Exit(1) from refusal
    except Problem as problem:
        told = gettext(problem.message, **problem.details)
        raise click.ClickException(told) from problem


def _tell(file: Path, findings: "Iterable[Finding]") -> None:
    from app.i18n import gettext

    for finding in findings:
        kind = gettext("error") if finding.severity == "error" else gettext("warning")
        click.echo(f"{file.name}: {kind}: {finding.told(gettext)}", err=True)


@scorecards.command(name="list")
@PROJECT
@with_app
def list_(*, project: int) -> None:
    """Show the scorecards in force."""
    from app.scorecards.catalog import definition_of, list_scorecards
    from app.scorecards.points import shown

    for found in list_scorecards(project):
        said = definition_of(found)
        click.echo(
            f"{said.code}  version {said.version}  {said.year}  {len(said.criteria)} criteria,"
            f" {shown(said.points)} points  {said.legal_basis or '-'}"
        )


@scorecards.command()
@click.argument("code")
@click.argument("round_code", metavar="ROUND")
@click.argument("place")
@JOINT
@PROJECT
@with_app
def show(*, code: str, round_code: str, place: str, joint: bool, project: int) -> None:
    """Show the scores of the communes in PLACE, line by line for a single one."""
    from app.accounts.actors import OPERATOR
    from app.cli.places import place as find_place
    from app.rounds.queries import get_round
    from app.scorecards.catalog import get_scorecard
    from app.scorecards.compute import find_scores
    from app.scorecards.points import shown

    found, round_ = get_scorecard(project, code), get_round(project, round_code)
    scores = find_scores(OPERATOR, found, round_, find_place(place).id, joint=joint)
    for unit, score in scores:
        error = "?" if score.error is None else f"{score.error:.2f}"
        total = "-" if score.told is None else shown(score.told)
        click.echo(f"{unit.code}  {unit.name}: {total} of {shown(score.of)} ± {error}")
        for line in score.lines if len(scores) == 1 else ():
            points = line.missing if line.points is None else shown(line.points)
            value = "-" if line.value is None else f"{float(line.value):.4f}"
            most = shown(line.criterion.points)
            click.echo(f"   {line.criterion.code}  {value}  {points} of {most}")


@scorecards.command()
@click.argument("code")
@click.argument("round_code", metavar="ROUND")
@JOINT
@PROJECT
@with_app
def rank(*, code: str, round_code: str, joint: bool, project: int) -> None:
    """Write the ranks of all communes of a round as CSV, each with its interval."""
    from app.accounts.actors import OPERATOR
    from app.org_units.queries import codes_of
    from app.rounds.queries import get_round
    from app.scorecards.catalog import get_scorecard
    from app.scorecards.compute import find_ranking
    from app.scorecards.table import ranking_csv

    found, round_ = get_scorecard(project, code), get_round(project, round_code)
    units, ranking = find_ranking(OPERATOR, found, round_, joint=joint)
    codes = codes_of(units)
    names = {unit.id: (codes.get(unit.id), unit.name) for unit in units.values()}
    click.echo(ranking_csv(names, ranking, scorecard=code, round=round_code), nl=False)
