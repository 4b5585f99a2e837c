"""What is left of a figure that is given out without its error."""

from dataclasses import replace

import pytest

from app.indicators.disclosure import MARGIN
from app.indicators.figures import Base, Figure
from app.indicators.withhold import in_counts

BASE = Base(100.0, 60, 0, 40, 0, 3, 0, 0, None, None, None)
FIGURE = Figure(
    1, "1", "x", "commune", "2026-1", "F", "1", {}, "", "", 30.4, 99.6, 58, {"refused": 2}, BASE,
    value=0.3052, se=0.04, ci=(0.2, 0.4), ci_method="logit", df=7, deff=1.2, bounds=(0.1, 0.6),
)  # fmt: skip


def test_counts_are_whole_and_their_quotient_is_the_value():
    told = in_counts(FIGURE, 1, MARGIN)
    assert (told.numerator, told.denominator, told.value) == (30, 100, 0.3)
    assert {told.se, told.ci, told.ci_method, told.df, told.deff, told.bounds} == {None}
    assert (told.suppressed, told.n, told.missing) == (MARGIN, 58, {"refused": 2})


@pytest.mark.parametrize(("reason", "n"), [(MARGIN, None), (None, 58)])
def test_fitted_weights_stand_beside_no_number_of_interviews(reason, n):
    told = in_counts(replace(FIGURE, is_calibrated=True), 1, reason)
    assert (told.n, any(told.missing.values())) == (n, n is not None)
