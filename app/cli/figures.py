"""`thonso figures`: gives figures out, and says what is withheld."""

from dataclasses import replace
from typing import TYPE_CHECKING, TextIO

import click

from app.cli.context import with_app
from app.cli.evaluate import evaluate, evaluations
from app.cli.explain import explain
from app.cli.figure_file import file
from app.cli.recompute import recompute
from app.cli.release import follow_release, under_way
from app.cli.try_out import try_out, versions

if TYPE_CHECKING:
    from app.indicators.estimation.difference import Difference
    from app.indicators.sum_models import FigureCheck

a_project = click.option("--project", default=1, show_default=True)


@click.group()
def figures() -> None:
    """Give figures out, and set what is withheld."""


for command in (explain, recompute, evaluate, evaluations, try_out, versions, file, under_way):
    figures.add_command(command)


@figures.command()
@click.argument("code")
@click.option("--final", is_flag=True, help="The round's final figures: nothing may wait.")
@click.option("--reason", help="Why figures are given out again after the final ones.")
@a_project
@with_app
def release(*, code: str, final: bool, reason: str | None, project: int) -> None:
    """Freeze the present figures of the round CODE as its next release."""
    from app import pipeline
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.indicators import giving_out
    from app.rounds.queries import get_round

    while pipeline.refresh_figures():
        pass
    with transaction():
        found = get_round(project, code)
        begun = giving_out.begin(found, OPERATOR, final=final, reason=reason)
        release_id = None if begun is None else begun.id
    if release_id is None:
        click.echo("Nothing is different from the last release.")
        return
    made = follow_release(release_id, code)
    click.echo(f"Release {made.version} of {code} is out ({made.status}).")
    for line in told(made.changes):
        click.echo(f"  {line}")


@figures.command(name="releases")
@click.argument("code")
@a_project
@with_app
def releases_(*, code: str, project: int) -> None:
    """List the releases of the round CODE, with what changed in each."""
    from app.indicators.release_queries import list_releases
    from app.rounds.queries import get_round

    for made in list_releases(get_round(project, code).id):
        why = f"  {made.reason}" if made.reason else ""
        click.echo(f"{made.version}  {made.released_at:%Y-%m-%d %H:%M}  {made.status}{why}")
        for line in told(made.changes):
            click.echo(f"   {line}")


@figures.command()
@click.option("--threshold", type=click.IntRange(1), help="Fewer people are never shown.")
@click.option("--smallest-n", type=click.IntRange(0), help="Answers that a sample must have.")
@click.option("--round-to", type=click.IntRange(1), help="Counts are multiples of this.")
@click.option("--final-coverage", type=click.FloatRange(0, 1), help="Share needed for final.")
@click.option("--sensitive", multiple=True, help="Code of a sensitive indicator; repeat it.")
@click.option("--legal-note", help="The decision this rests on.")
@a_project
@with_app
def rule(*, project: int, sensitive: tuple[str, ...], **said: object) -> None:
    """Show what is withheld from readers without access to interviews, or set it."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.indicators.release_queries import rule_of
    from app.indicators.releases import set_rule

    with transaction():
        found = rule_of(project)
        given = {name: value for name, value in said.items() if value is not None}
        if sensitive:
            given["sensitive"] = frozenset(sensitive) - {""}
        if given:
            found = replace(found, **given)  # type: ignore[arg-type]
            set_rule(project, found, OPERATOR)
    click.echo(f"threshold: {found.threshold}")
    click.echo(f"smallest n of a sample: {found.smallest_n}")
    click.echo(f"rounded to: {found.round_to}")
    click.echo(f"coverage of final figures: {found.final_coverage:.0%}")
    click.echo(f"sensitive: {', '.join(sorted(found.sensitive)) or '-'}")
    click.echo(f"legal note: {found.legal_note or '-'}")


@figures.command()
@click.argument("round_code", metavar="ROUND")
@click.argument("place_code", metavar="PLACE")
@click.option("--against", help="Code of an earlier round: what changed since.")
@click.option("--other", help="Another place of the same level.")
@click.option("--indicator", help="One indicator; all without.")
@a_project
@with_app
def difference(
    *,
    round_code: str,
    place_code: str,
    against: str | None,
    other: str | None,
    indicator: str | None,
    project: int,
) -> None:
    """Say how much the figures of PLACE in ROUND differ from others, and how sure that is."""
    from app.accounts.actors import OPERATOR
    from app.cli.places import place
    from app.indicators.differences import changes, contrasts
    from app.rounds.queries import get_round

    if (against is None) == (other is None):
        raise click.UsageError("Say --against a round or --other place, one of them.")
    round_, unit = get_round(project, round_code), place(place_code)
    if against is not None:
        found = changes(
            OPERATOR, round_=round_, before=get_round(project, against),
            unit_id=unit.id, level=unit.level, indicator=indicator,
        )  # fmt: skip
    else:
        second = place(other or "")
        if second.level != unit.level or second.id == unit.id:
            raise click.ClickException("Two different places of one level are compared.")
        found = contrasts(
            OPERATOR, round_=round_, unit_ids=(unit.id, second.id), level=unit.level,
            indicator=indicator,
        )  # fmt: skip
    for one in found:
        click.echo(f"{one.figure.indicator}  {_difference(one.difference)}")


@figures.command()
@click.argument("round_code", metavar="ROUND")
@click.argument("table", required=False, type=click.File(encoding="utf-8-sig"))
@a_project
@with_app
def totals(*, round_code: str, table: TextIO | None, project: int) -> None:
    """Show the known totals that releases of ROUND are fitted to, or set them from a CSV TABLE."""
    from app.accounts.actors import OPERATOR
    from app.db import transaction
    from app.indicators.known_totals import COLUMNS, import_totals, totals_of
    from app.rounds.queries import get_round

    with transaction():
        found = get_round(project, round_code)
        if table is not None:
            rows = import_totals(found, table.read(), OPERATOR)
            click.echo(f"{rows} totals are known; the next release is fitted to them.")
            return
        click.echo(",".join(COLUMNS))
        for known in totals_of(found.id).values():
            for one in known:
                click.echo(f"{one.indicator},{one.margin},{one.level},{one.n:.15g}")


@figures.command()
@click.option("--share", type=click.FloatRange(0, 100), default=1, show_default=True,
              help="Per cent of the villages; at least one is looked at.")  # fmt: skip
@click.option("--last", is_flag=True, help="Show the newest check instead.")
@with_app
def check(*, share: float, last: bool) -> None:
    """Compare stored sums with the raw answers; fails when any differs."""
    from app import daily
    from app.db import transaction
    from app.indicators.self_check import last_check

    if not last:
        daily.check_figures(share / 100, _progress)
    with transaction():
        found = last_check()
        if found is None:
            raise click.ClickException("Nothing was checked yet.")
        state = "finished" if found.finished_at else "under way"
        click.echo(f"{found.started_at:%Y-%m-%d %H:%M} ({state}): {found.sums} sums of {found.done}"
                   f" of {found.villages} villages, {found.passed_over} passed over.")  # fmt: skip
        click.echo(f"differ from the answers: {found.drifted}")
        for drift in found.drifts:
            click.echo(f"  {drift}")
        drifted = found.drifted
    if drifted:
        raise SystemExit(1)


def _progress(found: "FigureCheck") -> None:
    if found.done % 10 == 0:
        click.echo(f"{found.done} of {found.villages} villages", err=True)


def _difference(found: "Difference | None") -> str:
    if found is None:
        return "-"
    if found.ci is None:
        return f"{found.value:+.4f}  (error not known)"
    return f"{found.value:+.4f}  [{found.ci[0]:+.4f}, {found.ci[1]:+.4f}]  SE {found.se:.4f}"


def told(changes: dict[str, list[int]]) -> list[str]:
    """What changed since the release before, a line for each village."""
    from app.org_units.queries import names_of

    names = names_of(map(int, changes))
    return [
        f"{names.get(int(village), village)}: {added} households more, {removed} fewer,"
        f" {replaced} with other answers"
        for village, (added, removed, replaced) in changes.items()
    ]
