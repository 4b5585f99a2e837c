"""Figures from totals and their covariance matrix: what is shown of their precision, and when."""

from dataclasses import replace

import pytest

from app.indicators.estimation.moments import BARE, PUBLISHED, Moments, estimate_unit


def share(yes, n, expected):
    """A village of `expected` households, n of them drawn, of which `yes` say yes."""
    factor, p = expected / n, yes / n
    var = factor**2 * (1 - n / expected) * n / (n - 1) * n * p * (1 - p)
    return Moments(
        factor * yes, factor * n, var, 0.0, 0.0, n, n, n - 1,
        w=factor * n, ww=factor**2 * n, yy=factor * yes, xy=factor * yes, xx=factor * n,
    )  # fmt: skip


def estimate(moments, kind="prop", complete=False, **more):
    return estimate_unit(moments, kind=kind, complete=complete, **more)


def test_a_census_on_its_way():
    """40 of 60 visited, 30 yes: √(1/3 · .75 · .25 / 39)."""
    found = estimate(share(30, 40, 60))

    assert (found.value, found.df) == (0.75, 39)
    assert found.se == pytest.approx((1 / 3 * 0.75 * 0.25 / 39) ** 0.5, rel=1e-12)
    assert found.deff == pytest.approx(1 / 3 * 39 / 40 * 40 / 39)
    assert found.kish == pytest.approx(40)


def test_a_complete_census_has_no_error():
    found = estimate(share(30, 40, 60), complete=True)

    assert (found.se, found.ci, found.ci_method) == (0, (0.75, 0.75), "census")


def test_without_degrees_of_freedom_no_error_is_shown():
    found = estimate(Moments(1, 1, 0.5, 0, 0, 1, 1, 0, w=1, ww=1))

    assert (found.se, found.ci, found.ci_method, found.deff) == (None, None, "none", None)


def test_without_a_denominator_there_is_no_figure():
    assert estimate(Moments(0, 0, 0, 0, 0, 0, 0, 0)) is None


def test_which_interval():
    usual, rare = share(30, 100, 500), share(2, 100, 500)

    assert estimate(usual).ci_method == "logit"
    assert estimate(rare).ci_method == "korn_graubard"
    assert estimate(usual, use=PUBLISHED).ci_method == "korn_graubard"
    assert estimate(usual, kind="ratio", use=PUBLISHED).ci_method == "t"
    none = estimate(share(0, 100, 500))
    assert (none.ci_method, none.se) == ("cp_neff0", 0)
    assert none.ci == (0, pytest.approx(1 - 0.025 ** (1 / 100)))


def test_a_difference_that_is_rounding_is_no_variance():
    """Y = 0.3 X in every household: V(Y), C and V(X) are large, and V(R) is 0."""
    var_x = 7.77e5
    found = estimate(
        Moments(
            0.3 * 1e3, 1e3, 0.09 * var_x, 0.3 * var_x, var_x, 90, 90, 89,
            w=1e3, ww=1e6 / 90, yy=300, xy=300, xx=1e3,
        )
    )  # fmt: skip

    assert (found.se, found.ci_method) == (0, "cp_neff0")


def test_a_small_true_variance_is_kept():
    found = estimate(Moments(1e9, 1e3, 1e-3, 0, 0, 1000, 1000, 999, w=1, ww=1), kind="ratio")

    assert found.se == pytest.approx(1e-3**0.5 / 1e3)


def test_a_share_of_those_in_the_denominator():
    """Twenty more of whom the question is not: n stays 40, and so does the exact interval."""
    those = share(30, 40, 60)
    wider = replace(those, n=60, psus=60, w=1.5 * those.w, ww=1.5 * those.ww)

    assert estimate(wider, use=PUBLISHED).ci == pytest.approx(estimate(those, use=PUBLISHED).ci)
    none = replace(wider, y=0.0, var_y=0.0, yy=0.0, xy=0.0)
    assert estimate(none).ci == (0, pytest.approx(1 - 0.025 ** (1 / 40)))


def test_a_yes_of_somebody_outside_the_denominator_makes_a_ratio():
    """30 of 40 rows say yes and only 10 are in the denominator: 3, which no share can be."""
    found = estimate(replace(share(30, 40, 60), x=15.0, xy=7.5, xx=15.0))

    assert (found.value, found.ci_method) == (3, "t")


def test_without_an_interval_all_else_is_the_same():
    for yes in (1, 30, 40):
        whole, bare = (estimate(share(yes, 40, 60), use=use) for use in (PUBLISHED, BARE))
        assert (bare.ci, bare.ci_method) == (None, "none")
        assert replace(bare, ci=whole.ci, ci_method=whole.ci_method) == whole
    complete = estimate(share(30, 40, 60), complete=True, use=BARE)
    assert (complete.se, complete.ci_method) == (0, "census")
