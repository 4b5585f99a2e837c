"""Quantiles, against values computed with 40 digits and against closed forms."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.indicators.estimation import distributions
from app.indicators.estimation.distributions import beta_cdf, beta_quantile, t_quantile


@pytest.mark.parametrize(
    ("df", "expected"),
    [
        (1, 12.7062047361747046),
        (2, 4.30265272974946385),
        (3, 3.18244630528370959),
        (9, 2.26215716279820554),
        (38, 2.02439416391196964),
        (301, 1.96787653128569544),
        (1887, 1.96122194304988371),
        (100_000, 1.95998770753460964),
    ],
)
def test_student(df, expected):
    assert t_quantile(0.975, df) == pytest.approx(expected, rel=1e-13)


def test_a_search_takes_few_steps(monkeypatch):
    # Steps as small as the noise of what they are made from would go on for ever.
    asked = []

    def counted(*arguments):
        asked.append(arguments)
        return tails(*arguments)

    tails = distributions._tails
    monkeypatch.setattr(distributions, "_tails", counted)
    for df in range(2, 3000):
        distributions.t_quantile.__wrapped__(0.975, df)
        assert len(asked) < 15, df
        asked.clear()


def test_the_middle_of_student():
    assert t_quantile(0.5, 7) == 0


@pytest.mark.parametrize(
    ("p", "a", "b", "expected"),
    [
        (0.025, 7.3, 3.7, 0.375178552361536974),
        (0.975, 1.5, 120.25, 0.0380477403870150264),
        (0.025, 614.22, 602.38, 0.476780198393364677),
        (0.975, 0.2, 9.0, 0.160959101278944434),
        (0.025, 0.05, 4.0, 1.50302149535880869e-33),
        (0.975, 3000.5, 12.0, 0.997939391062952591),
    ],
)
def test_beta(p, a, b, expected):
    assert beta_quantile(p, a, b) == pytest.approx(expected, rel=1e-12)


@given(p=st.floats(0.001, 0.999), a=st.floats(0.05, 5000))
@settings(deadline=None)
def test_beta_with_one_parameter_of_1_is_a_power(p, a):
    assert beta_quantile(p, a, 1) == pytest.approx(p ** (1 / a), rel=1e-11)
    assert beta_quantile(p, 1, a) == pytest.approx(-math.expm1(math.log1p(-p) / a), rel=1e-11)


@given(p=st.floats(0.01, 0.99), a=st.floats(1, 3000), b=st.floats(1, 3000))
@settings(deadline=None)
def test_the_quantile_undoes_the_distribution(p, a, b):
    assert beta_cdf(beta_quantile(p, a, b), a, b) == pytest.approx(p, rel=1e-9)


def test_nothing_and_everything():
    assert (beta_quantile(0.025, 0, 5), beta_quantile(0.975, 5, 0)) == (0, 1)
    assert (beta_cdf(0, 2, 3), beta_cdf(1, 2, 3)) == (0, 1)
