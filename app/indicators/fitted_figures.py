"""Figures of a release whose weights were fitted to known totals, in the place of the others."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.db import driver
from app.indicators.figures import Figure
from app.indicators.release_models import Release
from app.indicators.taking import fitted_table

FITTED = """
select unit_id, domain_id, numerator, denominator, value, se, df, deff, low, high, ci_method
from {figures} where release_id = %s
"""


def fitted(figures: Iterable[Figure], release: Release) -> list[Figure]:
    """Figures with those in their place whose weights the release fitted to known totals."""
    statement = FITTED.format(figures=fitted_table(release))
    known = {(row[0], row[1]): row[2:] for row in driver().execute(statement, (release.id,))}
    whole = {"province": 0}
    return [
        _as_fitted(figure, known.get((whole.get(figure.level, figure.unit_id), figure.domain_id)))
        for figure in figures
    ]


def _as_fitted(figure: Figure, found: Sequence[Any] | None) -> Figure:
    if found is None:
        return figure
    numerator, denominator, value, se, df, deff, low, high, method = found
    return replace(
        figure,
        numerator=numerator,
        denominator=denominator,
        value=value,
        se=se,
        df=df,
        deff=deff,
        ci=None if low is None else (low, high),
        ci_method=method,
        is_calibrated=True,
    )
