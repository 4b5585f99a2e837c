"""95 % intervals of estimates, and which of them is given when; None where one is not defined."""

import math

from app.indicators.estimation.distributions import beta_quantile, t_quantile

Interval = tuple[float, float]
UPPER = 0.975
LOWER = 0.025


def linear(value: float, variance: float, df: int) -> Interval | None:
    """Estimate ± t · SE."""
    if df < 1:
        return None
    half = t_quantile(UPPER, df) * math.sqrt(variance)
    return value - half, value + half


def logit(p: float, variance: float, df: int) -> Interval | None:
    """Linear on the scale of log odds, so that it stays between 0 and 1."""
    if df < 1 or not 0 < p < 1:
        return None
    odds = math.log(p / (1 - p))
    half = t_quantile(UPPER, df) * math.sqrt(variance) / (p * (1 - p))
    return (_expit(odds - half), _expit(odds + half)) if half else (p, p)


def wilson(p: float, variance: float, df: int) -> Interval | None:
    """Wilson's score interval with the sample size that explains the variance."""
    if df < 1 or variance <= 0 or not 0 < p < 1:
        return None
    n, t2 = p * (1 - p) / variance, t_quantile(UPPER, df) ** 2
    middle = (p + t2 / (2 * n)) / (1 + t2 / n)
    half = math.sqrt(t2) / (1 + t2 / n) * math.sqrt(p * (1 - p) / n + t2 / (4 * n * n))
    return max(middle - half, 0.0), min(middle + half, 1.0)


def korn_graubard(p: float, variance: float, df: int, n: float) -> Interval | None:
    """Clopper-Pearson with an effective sample size, corrected for the df, of at most n."""
    if df < 1 or n <= 1 or variance <= 0 or not 0 < p < 1:
        return None
    correction = t_quantile(UPPER, n - 1) / t_quantile(UPPER, df)
    return clopper_pearson(p, min(n, p * (1 - p) / variance * correction**2))


def clopper_pearson(p: float, n: float) -> Interval:
    """The exact binomial interval of p · n successes in n, neither of them a whole number."""
    yes, no = n * p, n * (1 - p)
    return beta_quantile(LOWER, yes, no + 1), beta_quantile(UPPER, yes + 1, no)


def recommended(
    kind: str, value: float, variance: float, df: int, *, complete: bool, effective: float
) -> tuple[Interval | None, str]:
    """The interval to show and the name of its method.

    A complete count has no error; without df there is no interval; without variance a proportion
    gets Clopper-Pearson with `effective` observations (the least of PSUs, Kish's n and n);
    otherwise logit for proportions and t for the rest.
    """
    if complete:
        return (value, value), "census"
    if df < 1:
        return None, "none"
    if variance <= 0:
        if kind != "prop":
            return None, "none_zero_var"
        return clopper_pearson(value, effective), "cp_neff0"
    if kind == "prop" and 0 < value < 1:
        return logit(value, variance, df), "logit"
    return linear(value, variance, df), "t"


def _expit(odds: float) -> float:
    return 1 / (1 + math.exp(-odds)) if odds > 0 else math.exp(odds) / (1 + math.exp(odds))
