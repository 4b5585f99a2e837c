"""Intervals by hand, and which one is given when."""

import math

import pytest

from app.indicators.estimation import intervals


def test_linear_and_logit():
    """30 of 40, SE 0.07, 39 df: t = 2.0227."""
    low, high = intervals.linear(0.75, 0.07**2, 39)
    assert (low, high) == (pytest.approx(0.75 - 2.0227 * 0.07, abs=1e-5), pytest.approx(1.5 - low))

    low, high = intervals.logit(0.75, 0.07**2, 39)
    half = 2.0227 * 0.07 / (0.75 * 0.25)
    assert math.log(high / (1 - high)) == pytest.approx(math.log(3) + half, abs=1e-4)
    assert math.log(low / (1 - low)) == pytest.approx(math.log(3) - half, abs=1e-4)


def test_clopper_pearson_without_a_failure():
    """All of 20: the lower bound is the 20th root of 0.025."""
    assert intervals.clopper_pearson(1.0, 20) == (pytest.approx(0.025 ** (1 / 20)), 1)
    assert intervals.clopper_pearson(0.0, 20) == (0, pytest.approx(1 - 0.025 ** (1 / 20)))


def test_clopper_pearson_as_in_the_tables():
    """1 of 10: 0.25 % to 44.5 %."""
    low, high = intervals.clopper_pearson(0.1, 10)

    assert (low, high) == (pytest.approx(0.0025286, abs=1e-7), pytest.approx(0.4450161, abs=1e-7))


def test_korn_graubard_never_counts_more_than_was_asked():
    precise = intervals.korn_graubard(0.3, 1e-9, 50, 100)

    assert precise == intervals.clopper_pearson(0.3, 100)


def test_wilson_stays_inside():
    low, high = intervals.wilson(0.99, 0.01**2, 5)

    assert 0 < low < 0.99 < high <= 1


@pytest.mark.parametrize(
    ("kind", "value", "variance", "df", "complete", "expected"),
    [
        ("prop", 0.4, 0.0, 0, True, "census"),
        ("prop", 0.4, 0.01, 0, False, "none"),
        ("prop", 1.0, 0.0, 9, False, "cp_neff0"),
        ("mean", 7.0, 0.0, 9, False, "none_zero_var"),
        ("prop", 0.4, 0.01, 9, False, "logit"),
        ("ratio", 0.4, 0.01, 9, False, "t"),
    ],
)
def test_which_is_recommended(kind, value, variance, df, complete, expected):
    found, method = intervals.recommended(kind, value, variance, df, complete=complete, effective=8)

    assert method == expected
    assert (found is None) == method.startswith("none")


def test_nothing_where_nothing_is_defined():
    assert intervals.linear(0.5, 0.1, 0) is None
    assert intervals.logit(1.0, 0.0, 9) is None
    assert intervals.wilson(0.5, 0.0, 9) is None
    assert intervals.korn_graubard(0.5, 0.1, 0, 9) is None
