"""Quantiles of the t and beta distributions, to about 14 digits, in plain Python."""

import math
from functools import lru_cache
from statistics import NormalDist

EPSILON = 2.0**-53
TINY = 1e-300
CLOSE = 1e-9  # Newton's last step: what it leaves is of the order of its square
# Coefficients of Stirling's series for ln Γ: B(2k) / (2k (2k - 1)).
STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)
STIRLING_FROM = 15.0
NORMAL = NormalDist()
# The fifth term of the expansion, the first that is left out, is below 1e-14 from here on.
NEARLY_NORMAL, EXPANDED_TO = 1000.0, 0.999
EXPANSION = (  # polynomials in z², times z, and what they are divided by
    ((1, 1), 4),
    ((5, 16, 3), 96),
    ((3, 19, 17, -15), 384),
    ((79, 776, 1482, -1920, -945), 92160),
)


@lru_cache(maxsize=4096)
def t_quantile(p: float, df: float) -> float:
    """Value below which Student's t lies with probability p (0.5 ≤ p < 1, df > 0)."""
    if p == 0.5:  # noqa: PLR2004 - the middle
        return 0.0
    if df >= NEARLY_NORMAL and p <= EXPANDED_TO:
        return _expanded(NORMAL.inv_cdf(p), df)
    # t² / (df + t²) is beta distributed; its complement comes along without cancellation.
    share, rest = _beta_point(2 * p - 1, 0.5, df / 2)
    return math.sqrt(df * share / rest)


def _expanded(z: float, df: float) -> float:
    """Student's quantile from the normal one (Abramowitz and Stegun 26.7.5, four terms)."""
    total, z2 = 0.0, z * z
    for coefficients, divisor in reversed(EXPANSION):
        term = 0.0
        for coefficient in coefficients:
            term = term * z2 + coefficient
        total = (total + z * term / divisor) / df
    return z + total


@lru_cache(maxsize=4096)
def beta_quantile(p: float, a: float, b: float) -> float:
    """Value below which a beta variable lies with probability p; 0 for a = 0, 1 for b = 0."""
    if a <= 0 or b <= 0:
        return 0.0 if a <= 0 else 1.0
    return _beta_point(p, a, b)[0]


def beta_cdf(x: float, a: float, b: float) -> float:
    """Probability that a beta variable is at most x (0 ≤ x ≤ 1, a and b positive)."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    return _tails(x, 1 - x, a, b)[0]


def _beta_point(p: float, a: float, b: float) -> tuple[float, float]:
    """The quantile and its distance from 1, each with full relative precision."""
    if _tails(0.5, 0.5, a, b)[0] >= p:
        x = _solve(p, a, b)
        return x, 1 - x
    rest = _solve(1 - p, b, a)
    return 1 - rest, rest


def _solve(p: float, a: float, b: float) -> float:
    """The quantile where it is at most 1/2: Newton's steps on logarithms, fenced by bisection."""
    low, high = -745.0, math.log(0.5)
    at = min(max(_near(p, a, b), low), high)
    for _ in range(200):
        x = math.exp(at)
        below, above = _tails(x, 1 - x, a, b)
        lacking = p - below if below < above else above - (1 - p)  # from the tail that is exact
        low, high = (at, high) if lacking > 0 else (low, at)
        density = math.exp(_log_power(x, 1 - x, a, b)) / (1 - x)  # for ln x
        step = below / density * math.log1p(lacking / below) if below * density > 0 else math.inf
        if abs(step) <= CLOSE * max(1.0, abs(at)):
            return math.exp(at + step)
        at = at + step if low < at + step < high else (low + high) / 2
        if high - low <= EPSILON * abs(low):
            break
    return math.exp(at)


def _near(p: float, a: float, b: float) -> float:
    """The logarithm of about the quantile: where Newton's steps begin.

    Cochran and Fisher's way over the normal distribution (Abramowitz and Stegun 26.5.22), for a or
    b of at most 1 the first term of the series.
    """
    if min(a, b) <= 1:
        return (math.log(p) + math.log(a) + log_beta(a, b)) / a
    y = -NORMAL.inv_cdf(p)
    of_a, of_b = 1 / (2 * a - 1), 1 / (2 * b - 1)
    bent, h = (y * y - 3) / 6, 2 / (of_a + of_b)
    w = y * math.sqrt(max(h + bent, 0.0)) / h - (of_b - of_a) * (bent + 5 / 6 - 2 / (3 * h))
    return math.log(a) - math.log(a + b * math.exp(min(2 * w, 700.0)))


def _tails(x: float, rest: float, a: float, b: float) -> tuple[float, float]:
    """I_x(a, b) and its complement, with rest = 1 - x; the smaller has full precision."""
    if x > (a + 1) / (a + b + 2):
        above = math.exp(_log_power(rest, x, b, a)) / b * _fraction(rest, b, a)
        return 1 - above, above
    below = math.exp(_log_power(x, rest, a, b)) / a * _fraction(x, a, b)
    return below, 1 - below


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function (DLMF 8.17.22), Lentz's way."""
    c, d = 1.0, 1 / _not_zero(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, 100_000):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _not_zero(1 + term * d)
            c = _not_zero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) <= EPSILON * 2:
            break
    return value


def _not_zero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def _log_power(x: float, rest: float, a: float, b: float) -> float:
    """ln( x^a (1-x)^b / B(a, b) ).

    For large a and b the three parts are huge and cancel, so each is taken relative to its value
    at the mode: what is left are small deviances.
    """
    if min(a, b) < STIRLING_FROM:
        logs = (math.log(x), math.log1p(-x)) if x < rest else (math.log1p(-rest), math.log(rest))
        return a * logs[0] + b * logs[1] - log_beta(a, b)
    n = a + b
    away = _deviance(a, n * x) + _deviance(b, n * rest)
    return 0.5 * math.log(a * b / n / (2 * math.pi)) - away + _tail(n) - _tail(a) - _tail(b)


def _deviance(a: float, mean: float) -> float:
    """A ln(a / mean) + mean - a, also where a is close to the mean."""
    ratio = (mean - a) / a
    if abs(ratio) > 0.1:  # noqa: PLR2004 - from here on nothing cancels
        return a * (ratio - math.log1p(ratio))
    total, power = 0.0, ratio * ratio
    for k in range(2, 40):
        total += power / k if k % 2 == 0 else -power / k
        power *= ratio
        if abs(power) <= EPSILON * abs(total):
            break
    return a * total


def log_beta(a: float, b: float) -> float:
    """Natural logarithm of the beta function, also where one argument is far above the other."""
    small, large = min(a, b), max(a, b)
    if large < STIRLING_FROM:
        return math.lgamma(small) + math.lgamma(large) - math.lgamma(small + large)
    total = small + large
    both = (large - 0.5) * math.log1p(small / large) + small * math.log(total) - small
    return math.lgamma(small) - both + _tail(large) - _tail(total)


def _tail(x: float) -> float:
    """What Stirling's formula lacks of ln Γ(x), for x of 15 and more."""
    return sum(c / x ** (2 * k + 1) for k, c in enumerate(STIRLING))
