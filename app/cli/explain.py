"""`thonso figures explain`: what is behind one figure."""

from typing import TYPE_CHECKING, Any

import click

from app.cli.context import with_app

if TYPE_CHECKING:
    from app.indicators.explain import Explanation
    from app.indicators.figures import Figure


@click.command()
@click.argument("indicator")
@click.argument("place")
@click.option("--round", "code", help="Code of a round; the present one without.")
@click.option("--by", default="", help="Name of a breakdown.")
@click.option("--value", default="", help="Group of the breakdown.")
@click.option(
    "--level", type=click.Choice(["commune", "village"]), help="Parts; those right below without."
)
@click.option("--reason", help="Only interviews with this reason, such as held or duplicate.")
@click.option("--limit", type=click.IntRange(0, 100_000), default=20, show_default=True)
@click.option("--language", type=click.Choice(["vi", "en"]), default="en", show_default=True)
@click.option("--project", default=1, show_default=True)
@with_app
def explain(
    *, project: int, code: str | None, reason: str | None, limit: int, language: str, **asked: Any
) -> None:
    """Say what INDICATOR counts, and which villages and interviews its figure in PLACE is made of.

    PLACE is an official code or a village's id.
    """
    from app.accounts.actors import OPERATOR
    from app.cli import places
    from app.i18n import use_language
    from app.indicators.explain import explain, interviews_of
    from app.rounds.queries import current_round, get_round

    use_language(language)
    round_ = get_round(project, code) if code else current_round(project)
    if round_ is None:
        raise click.ClickException("No round has been opened yet.")
    unit = places.place(asked.pop("place"))
    found = explain(OPERATOR, round_=round_, unit=unit, **asked)
    _tell(found)
    for one, answers in interviews_of(found, reason, sort="place", start=0, limit=limit):
        worth = "-" if not one.n else f"{one.y:g}/{one.x:g}"
        weight = "" if one.weight is None else f" x {one.weight.shown} = {one.weight.words}"
        instead = f" ({one.instead_id})" if one.instead_id else ""
        said = "  ".join(f"{name}={_joined(values)}" for name, values in answers.items())
        about = one.household or str(one.village_id)
        ids = " + ".join(str(number) for number in (one.submission_id, one.partner_id) if number)
        click.echo(f"  {ids}  {about}  {one.reason}{instead}  {worth}{weight}  {said}")


def _tell(found: "Explanation") -> None:
    figure, words = found.figure, found.wording
    value = "-" if figure.value is None else f"{figure.value:.4f}"
    click.echo(
        f"{figure.indicator} version {figure.version}, {figure.unit_name}, {figure.round}: {value}"
        f"{_counts(figure)}, {figure.status}"
    )
    lines = {
        "whom": words.eligible,
        "numerator": words.numerator,
        "denominator": words.denominator,
        **dict(words.parts),
    }
    for name, said in lines.items():
        if said:
            click.echo(f"{name}: {said}")
    click.echo("missing: " + ", ".join(f"{why} {n}" for why, n in figure.missing.items()))
    for part in found.parts:
        rate = "-" if part.value is None else f"{part.value:.4f}"
        click.echo(
            f"  {part.unit_name}: {rate}{_counts(part)},"
            f" {part.base.n} of {part.base.expected:g} counted"
        )
    if found.tally:
        told = ", ".join(f"{reason} {number}" for reason, number in found.tally.reasons.items())
        click.echo(f"interviews: {told or 'none'}")


def _counts(figure: "Figure") -> str:
    """What it is the quotient of, where there is a figure and it is not withheld."""
    if figure.numerator is None:
        return ""
    return f" = {figure.numerator} / {figure.denominator}"


def _joined(values: list[object]) -> str:
    return ",".join("" if value is None else str(value) for value in values)
