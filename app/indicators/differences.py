"""Differences of figures: from round to round, and from place to place, with their own error."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select

from app.accounts.actors import Actor
from app.clock import today
from app.db import db
from app.forms.models import Form
from app.indicators import covariance
from app.indicators.estimation.difference import Difference, Estimated, difference
from app.indicators.figures import Figure
from app.indicators.models import IndicatorDomain, IndicatorVersion
from app.indicators.queries import find_figures
from app.rounds.models import Round


@dataclass(frozen=True, slots=True)
class Change:
    """A figure and the one it is held against; no difference where one of them has no value."""

    figure: Figure
    against: Figure
    difference: Difference | None


def changes(
    actor: Actor,
    *,
    round_: Round,
    before: Round,
    unit_id: int,
    level: str,
    indicator: str | None = None,
    by: str | None = "",
) -> list[Change]:
    """What changed from one round to another, in every place of a level at or below a unit.

    Both rounds are read under the boundaries of today. Where the same households, or villages of
    two-stage samples, were asked both times, what they have in common is taken out of the error:

        V(R1 - R2) = V(R1) + V(R2) - 2 C(R1, R2)

    Who reads releases gets the difference of two releases, as if of independent samples.
    """
    asked = {"unit_id": unit_id, "level": level, "indicator": indicator, "by": by}
    earlier = {
        _key(figure): figure for figure in find_figures(actor, round_=before, **asked)  # type: ignore[arg-type]
    }  # fmt: skip
    pairs = [
        (figure, earlier[_key(figure)])
        for figure in find_figures(actor, round_=round_, **asked)  # type: ignore[arg-type]
        if _key(figure) in earlier
    ]
    forms = _forms(figure for figure, _ in pairs)
    day = today()
    found = []
    for after, was in pairs:
        shared = 0.0
        if after.release is None and after.domain_id in forms and after.se and was.se:
            asked_of = (*forms[after.domain_id][:3], after.domain_id, day)
            shared = covariance.of_rounds(after, was, (round_, before), asked_of)
        found.append(_change(after, was, shared))
    return found


def contrasts(
    actor: Actor,
    *,
    round_: Round,
    unit_ids: tuple[int, int],
    level: str,
    indicator: str | None = None,
    by: str | None = "",
) -> list[Change]:
    """One place less another of the same level in the same round.

    Villages are strata of their own in a census, so that places are independent; the strata of a
    sample may lie in both.
    """
    one, other = (
        {_key(f)[1:]: f for f in find_figures(
            actor, round_=round_, unit_id=unit_id, level=level, indicator=indicator, by=by
        )}
        for unit_id in unit_ids
    )  # fmt: skip
    forms = _forms(one.values())
    found = []
    for key, figure in one.items():
        if key not in other:
            continue
        shared = 0.0
        if figure.release is None and figure.domain_id in forms:
            shared = covariance.of_places(figure, other[key], round_, today())
        found.append(_change(figure, other[key], shared))
    return found


def _key(figure: Figure) -> tuple[int, str, str, str]:
    return (figure.unit_id, figure.indicator, figure.breakdown, figure.breakdown_value)


def _change(figure: Figure, against: Figure, shared: float) -> Change:
    if figure.value is None or against.value is None or figure.version != against.version:
        return Change(figure, against, None)
    one, other = (Estimated(f.value or 0.0, f.se, f.df) for f in (figure, against))
    return Change(figure, against, difference(one, other, shared))


def _forms(figures: Iterable[Figure]) -> dict[int | None, tuple[int, int, str, int]]:
    """By domain: the form that asks, the one it joins (or 0), its kind, the indicator's version."""
    domains = {figure.domain_id for figure in figures if figure.domain_id}
    statement = (
        select(
            IndicatorDomain.id,
            Form.id,
            func.coalesce(IndicatorVersion.partner_id, 0),
            Form.kind,
            IndicatorVersion.id,
        )
        .join(IndicatorVersion, IndicatorVersion.id == IndicatorDomain.indicator_id)
        .join(Form, Form.id == IndicatorVersion.form_id)
        .where(IndicatorDomain.id.in_(domains))
    )
    return {row[0]: (row[1], row[2], row[3], row[4]) for row in db.session.execute(statement)}
