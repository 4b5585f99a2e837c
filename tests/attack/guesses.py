"""What trying finds: every answer that villages may have given, held against what is told of them.

Weights make a code of a sum: a village of which one household in six was visited counts in sixes.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from app.indicators.disclosure import MARGIN
from app.indicators.figures import Figure
from tests.attack.siege import Siege
from tests.attack.town import Key

SHARES = ("FIBRE", "COPPER", "PHONE", "PHONE15")
MOST = 60_000  # ways that are tried for one place


def found_by_weights(siege: Siege) -> tuple[set[Key], set[Key]]:
    """Hidden shares of villages that can be only one thing: by the weights; and without these."""
    weighed: set[Key] = set()
    plain: set[Key] = set()
    for release in siege.releases:
        for commune in {places[-2] for places in siege.lies[release]}:
            for indicator in SHARES:
                key = Key(release, commune, indicator, "", "")
                if key in siege.seen and siege.seen[key].numerator is not None:
                    one, other = _only(siege, key, is_weighted=True), _only(siege, key)
                    weighed |= one - other
                    plain |= other
    targets = set(siege.targets())
    return weighed & targets, plain & targets


def _only(siege: Siege, place: Key, *, is_weighted: bool = False) -> set[Key]:
    """Villages in the place whose number of yes is the same in every way that fits."""
    inside = siege.inside(place.unit, place.release, place.indicator)
    units = [siege.unit(at, place.release) for at, _, _ in inside]
    if len({*units, place.unit}) <= len(units):  # villages that are not read by themselves
        return set()
    keys = [place._replace(unit=siege.unit(at, place.release)) for at, _, _ in inside]
    true = [siege.known[key] for key in keys]
    if any(figure.n is None for figure in true):
        return set()
    yes = [round(siege.counted(place, at)[0]) for at, _, _ in inside]
    ways = [
        range((figure.n or 0) + 1) if siege.is_hidden(key) else (said,)
        for key, figure, said in zip(keys, true, yes, strict=True)
    ]
    count = 1
    for way in ways:
        count *= len(way)
    hidden = [at for at, key in enumerate(keys) if siege.is_hidden(key)]
    if not hidden or count > MOST:
        return set()
    weights = [w if is_weighted else Fraction(1) for _, _, w in siege.weighed(place)]
    sizes = [figure.n or 0 for figure in true]
    fitting = list(_fitting(siege, place, ways, weights, sizes, is_weighted=is_weighted))
    return {keys[at] for at in hidden if len({way[at] for way in fitting}) == 1}


def _fitting(
    siege: Siege,
    place: Key,
    ways: list[range | tuple[int, ...]],
    weights: list[Fraction],
    sizes: list[int],
    *,
    is_weighted: bool,
) -> Iterator[tuple[int, ...]]:
    told = siege.seen[place]
    size = sum(weight * n for weight, n in zip(weights, sizes, strict=True))
    villages = [at for at, _, _ in siege.inside(place.unit, place.release, place.indicator)]
    true = sum(
        weight * round(siege.counted(place, at)[0])
        for weight, at in zip(weights, villages, strict=True)
    )
    for way in product(*ways):
        total = sum(weight * yes for weight, yes in zip(weights, way, strict=True))
        if _reads(total, size, told, siege.world.rule.round_to) if is_weighted else total == true:
            yield way


def _reads(total: Fraction, size: Fraction, told: Figure, to: int) -> bool:
    """Whether so many yes would be told in these words."""
    if round(float(total) / to) * to != told.numerator:
        return False
    if told.suppressed == MARGIN or to > 1 or not size:
        return True
    return round(float(total / size), 3) == told.value
