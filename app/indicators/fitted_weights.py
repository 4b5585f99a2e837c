"""What each interview adds to a figure of a release whose weights were fitted to known totals."""

import math
from collections import defaultdict

from app.indicators.calibrated import survey_of
from app.indicators.estimation.calibrate import calibrate
from app.indicators.estimation.rows import Row
from app.indicators.factors import Fitted
from app.indicators.models import IndicatorVersion
from app.indicators.release_models import Release


def fitted_weights(
    made: Release, version: IndicatorVersion, breakdown: str, value: str
) -> dict[int, Fitted]:
    """By instance, for an indicator as a whole or one group of a breakdown.

    They are fitted again, from the interviews and totals that the release keeps.
    """
    survey = survey_of(made, version)
    base = [float(row.cells["weight"]) for row in survey.rows]
    weights = calibrate(
        survey.adjustment, survey.totals, survey.rows, base, [0] * len(base)
    ).weights
    inside: dict[int, list[tuple[Row, float, float]]] = defaultdict(list)
    for row, weight, before in zip(survey.rows, weights, base, strict=True):
        if not breakdown or row.cells[breakdown] == value:
            inside[int(row.cells["instance_pk"])].append((row, weight, weight / before))
    return {pk: _added(rows) for pk, rows in inside.items()}


def _added(rows: list[tuple[Row, float, float]]) -> Fitted:
    y, x = (
        math.fsum(weight * (row.number_in(side) or 0.0) for row, weight, _ in rows) for side in "yx"
    )
    first = rows[0][2]
    return Fitted(y, x, first if all(math.isclose(g, first) for _, _, g in rows) else None)
