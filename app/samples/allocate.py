"""PURE. Shares a sample out among groups of the frame."""

from collections.abc import Mapping
from fractions import Fraction

from app.errors import BadRequest

# With one unit drawn of several, a stratum has no variance of its own.
FEWEST = 2


def allocate(
    sizes: Mapping[str, int],
    n: int,
    *,
    factor: Mapping[str, int] | None = None,
    fewest: int = FEWEST,
) -> dict[str, int]:
    """Shares n out in proportion to size (times a factor): never more than there are in a group.

    Each group gets at least `fewest`, or all it has, so that nobody is without a chance. Remainders
    go to the largest, ties by name. Raises `BadRequest` when n is too small or too large.
    """
    floor = {name: min(fewest, size) for name, size in sizes.items()}
    if not sum(floor.values()) <= n <= sum(sizes.values()):
        raise BadRequest(
            "Between %(fewest)s and %(most)s can be drawn here, so not %(asked)s.",
            fewest=sum(floor.values()),
            most=sum(sizes.values()),
            asked=n,
        )
    weight = {name: size * (factor or {}).get(name, 1) for name, size in sizes.items() if size}
    return dict.fromkeys(sizes, 0) | _rounded(_fitted(weight, floor, sizes, n), n)


def _fitted(
    weight: Mapping[str, int], floor: Mapping[str, int], most: Mapping[str, int], n: int
) -> dict[str, Fraction]:
    """Shares in proportion to weight between floor and most, as if units could be divided.

    Whichever limit is missed by more in all is kept first; then the other groups share the rest.
    """
    kept: dict[str, Fraction] = {}
    open_ = dict(weight)
    while open_:
        rest, total = n - sum(kept.values()), sum(open_.values())
        share = {name: rest * Fraction(value, total) for name, value in open_.items()}
        low = {name: Fraction(floor[name]) for name in open_ if share[name] < floor[name]}
        high = {name: Fraction(most[name]) for name in open_ if share[name] > most[name]}
        if not low and not high:
            return kept | share
        missing = sum(low[name] - share[name] for name in low)
        excess = sum(share[name] - high[name] for name in high)
        settled = high if excess >= missing else low
        kept |= settled
        open_ = {name: value for name, value in open_.items() if name not in settled}
    return kept


def _rounded(share: Mapping[str, Fraction], n: int) -> dict[str, int]:
    whole = {name: int(value) for name, value in share.items()}
    by_remainder = sorted(share, key=lambda name: (whole[name] - share[name], name))
    for name in by_remainder[: n - sum(whole.values())]:
        whole[name] += 1
    return whole
