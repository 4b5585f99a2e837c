"""Reads figures: sums of villages put together for any unit above them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.clock import today
from app.db import db, driver
from app.indicators.boundaries import break_figure, broken_series
from app.indicators.estimation.moments import Moments, estimate_unit
from app.indicators.figures import MISSING_REASONS, Base, Figure
from app.indicators.reading import COVERAGES, FIGURES, INDICATORS
from app.indicators.shares import kind_of
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor, OrgUnitCode
from app.rounds.models import Round

NOTHING = Base(0.0, 0, 0, 0, 0, 0, 0, 0, None, None, None)


class Found(NamedTuple):
    """An indicator in force, as far as figures need it."""

    id: int
    form_id: int
    code: str
    version: str
    labels: dict[str, str]
    unit: str
    form_kind: str
    numerator: str
    denominator: str

    @property
    def kind(self) -> str:
        """The estimator's kind."""
        return kind_of(self.numerator, self.denominator)


def find_figures(
    actor: Actor,
    *,
    round_: Round,
    unit_id: int,
    level: str,
    indicator: str | None = None,
    by: str | None = "",
    on: date | None = None,
) -> list[Figure]:
    """Figures of every unit of a level at or below a unit, as far as the reader's rights go.

    Units and their boundaries are those of `on` (default: today), whenever the interviews were.

    `by` names a breakdown; "" asks for the undivided figures, None for all of them. Units come in
    their Vietnamese order, indicators by code; an indicator without any interview yet is there,
    with no value.
    """
    day = on or today()
    places = _units(actor, round_.project_id, unit_id, level, day)
    wanted = {"project": round_.project_id, "indicator": indicator}
    indicators = [Found(*row) for row in driver().execute(INDICATORS, wanted)]
    shown = [unit.id for unit, _ in places]
    asked = {
        "round": round_.id,
        "units": shown,
        "indicators": [found.id for found in indicators],
        "by": by,
        "on": day,
    }
    bases = {(row[0], row[1]): Base(*row[2:]) for row in driver().execute(COVERAGES, asked)}
    sums: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for row in driver().execute(FIGURES, asked):
        sums[row[0], row[1]].append(row[2:])
    figures: list[Figure] = []
    for place in places:
        for found in indicators:
            base = bases.get((place[0].id, found.form_id), NOTHING)
            rows = sorted(sums.get((place[0].id, found.id), []))
            open_ = {row[0] for row in rows if row[0] and not row[1]}  # somebody's group is unknown
            figures += [
                _figure(place, round_.code, found, base, row, certain=row[0] not in open_)
                for row in rows
            ]
            if not rows and not by:
                figures.append(_no_figure(place, round_.code, found, base))
    broken = broken_series(round_.id, level, shown, day, is_today=on is None)
    return [
        break_figure(figure, broken[figure.unit_id]) if figure.unit_id in broken else figure
        for figure in figures
    ]


def _units(
    actor: Actor, project_id: int, unit_id: int, level: str, on: date
) -> list[tuple[OrgUnit, str | None]]:
    code = (
        select(OrgUnitCode.code)
        .where(OrgUnitCode.org_unit_id == OrgUnit.id, valid_on(OrgUnitCode, on))
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        select(OrgUnit, code)
        .join(OrgUnitAncestor, OrgUnitAncestor.unit_id == OrgUnit.id)
        .where(
            OrgUnitAncestor.ancestor_id == unit_id,
            valid_on(OrgUnitAncestor, on),
            OrgUnit.level == level,
            valid_on(OrgUnit, on),
            within(OrgUnit.id, actor, "indicator.read", project_id),
        )
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    return [(unit, unit.public_id or code) for unit, code in db.session.execute(statement)]


def _figure(
    place: tuple[OrgUnit, str | None],
    round_code: str,
    found: Found,
    base: Base,
    row: Sequence[Any],
    *,
    certain: bool,
) -> Figure:
    breakdown, value, *numbers = row
    moments = Moments(*numbers[:8], *numbers[8:13])
    missing = dict(zip(MISSING_REASONS, numbers[14:], strict=True))
    is_sample = found.form_kind == "person"
    complete = base.is_counted and certain and not is_sample and not any(missing.values())
    of_households = found.unit == "household" and found.kind == "prop" and not breakdown
    figure = replace(
        _no_figure(place, round_code, found, base),
        breakdown=breakdown,
        breakdown_value=value,
        numerator=moments.y,
        denominator=moments.x,
        n=moments.n,
        missing=missing,
        yes=numbers[13] if of_households else None,
    )
    estimate = estimate_unit(moments, kind=found.kind, complete=complete)
    if estimate is None:
        return figure
    return replace(
        figure,
        se=estimate.se,
        ci=estimate.ci,
        ci_method=estimate.ci_method,
        df=None if complete else estimate.df,
        deff=estimate.deff,
    )


def _no_figure(
    place: tuple[OrgUnit, str | None], round_code: str, found: Found, base: Base
) -> Figure:
    """The figure of an indicator that nobody has answered yet."""
    unit, code = place
    return Figure(
        unit_id=unit.id,
        unit_code=code,
        unit_name=unit.name,
        level=unit.level,
        round=round_code,
        indicator=found.code,
        version=found.version,
        labels=found.labels,
        breakdown="",
        breakdown_value="",
        numerator=None,
        denominator=None,
        n=0,
        missing=dict.fromkeys(MISSING_REASONS, 0),
        base=base,
    )
