"""Differences of estimates, worked by hand."""

import pytest

from app.indicators.estimation.difference import Estimated, difference
from app.indicators.estimation.distributions import t_quantile


def test_independent_errors_are_added_as_squares():
    """SE 2 (df 10) and 3 (df 15): √13, with 169 / (16/10 + 81/15) = 24.14 degrees of freedom."""
    found = difference(Estimated(50, 2, 10), Estimated(40, 3, 15))
    assert (found.value, found.se) == (10, pytest.approx(13**0.5))
    assert found.df == pytest.approx(169 / 7)
    half = t_quantile(0.975, 169 / 7) * 13**0.5
    assert found.ci == pytest.approx((10 - half, 10 + half))
    assert found.is_sure


def test_what_is_common_is_taken_out():
    found = difference(Estimated(50, 2, 10), Estimated(49, 3, 15), covariance=4)
    assert (found.se, found.df) == (pytest.approx(5**0.5), 10)
    assert not found.is_sure


def test_the_same_units_with_the_same_answers_have_no_error():
    found = difference(Estimated(0.4, 0.1, 9), Estimated(0.4, 0.1, 9), covariance=0.01)
    assert (found.value, found.se, found.ci) == (0, 0, (0, 0))
    assert not found.is_sure


@pytest.mark.parametrize("unknown", [Estimated(0.4, None, 0), Estimated(0.4, None, None)])
def test_an_unknown_error_stays_unknown(unknown):
    found = difference(unknown, Estimated(0.3, 0.1, 9))
    assert (found.value, found.se, found.ci) == (pytest.approx(0.1), None, None)


def test_against_a_complete_count_the_error_is_the_others():
    found = difference(Estimated(0.5, 0.0, None), Estimated(0.3, 0.1, 9))
    assert (found.se, found.df) == (pytest.approx(0.1), 9)
    both = difference(Estimated(0.5, 0.0, None), Estimated(0.3, 0.0, None))
    assert (both.value, both.se, both.ci) == (pytest.approx(0.2), 0, (both.value, both.value))
