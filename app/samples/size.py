"""PURE. How many households a sample needs, and what margin a sample reaches.

n = d n0 / (1 + d n0 / N) with n0 = z^2 p (1 - p) / e^2, design effect d and N households in all
(Cochran, Sampling Techniques, 3rd ed. 1977, section 4.4); then as many more as do not answer.
"""

from math import ceil, inf, sqrt
from statistics import NormalDist

from app.errors import BadRequest

Z = NormalDist().inv_cdf(0.975)  # intervals at 95 %


def sample_size(
    margin: float,
    *,
    households: int | None = None,
    share: float = 0.5,
    deff: float = 1.0,
    response: float = 1.0,
) -> int:
    """Households to draw for an interval of ± margin (0.05 is 5 points) around a share."""
    _check(share, deff, households)
    if not 0 < margin < 1:
        raise BadRequest("The margin is a number of points between 0 and 100.")
    if not 0 < response <= 1:
        raise BadRequest("The response rate is above 0 and at most 100 %.")
    wanted = deff * Z**2 * share * (1 - share) / margin**2
    needed = ceil(wanted / (1 + wanted / (households or inf)) / response)
    return min(needed, households) if households else needed


def margin(
    n: int, *, households: int | None = None, share: float = 0.5, deff: float = 1.0
) -> float:
    """Half the 95 % interval that n answering households give; 0 when they are all there are."""
    _check(share, deff, households)
    if n < 1:
        raise BadRequest("Say how many are to be drawn.")
    left = max(0.0, 1 - n / households) if households else 1.0
    return Z * sqrt(deff * share * (1 - share) / n * left)


def _check(share: float, deff: float, households: int | None) -> None:
    if not 0 < share < 1:
        raise BadRequest("The expected share is above 0 and below 100 %.")
    if deff <= 0 or (households is not None and households < 1):
        raise BadRequest("The design effect and the number of households are above 0.")
