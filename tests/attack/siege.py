"""A world as the outsider reads it, and as it is."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations

from app.indicators.disclosure import COMPLEMENT, NOT_RELEASED, SMALL
from app.indicators.figures import Figure
from tests.attack.stage import AGAIN, Lies, Weights, play, weights_of
from tests.attack.town import Key, Town
from tests.attack.worlds import World

LADDER = 3  # places that hold a village: itself, a commune, the province
WITHHELD = {SMALL, COMPLEMENT, NOT_RELEASED}


@dataclass(slots=True)
class Siege:
    """Figures of all releases of a world."""

    town: Town
    world: World
    seen: dict[Key, Figure]
    known: dict[Key, Figure]
    lies: dict[int, Lies]  # by release, the places that hold each village, from the nearest
    since: dict[tuple[int, int], int]  # by village and release, since which release it is the same
    steps: dict[int, int]  # of lives, by the release made then
    weights: Weights
    said: dict[str, str] = field(default_factory=dict)  # by address

    @property
    def releases(self) -> list[int]:
        """Their numbers."""
        return sorted(self.lies)

    def targets(self) -> list[Key]:
        """Figures about too few that are withheld, as far as their true numbers say."""
        return [key for key in self.seen if self._is_target(key)]

    def _is_target(self, key: Key) -> bool:
        true, rule = self.known[key], self.world.rule
        if not self.is_hidden(key) or not true.n or true.broken:
            return False
        sizes = [float(true.n)]
        if key.indicator in rule.sensitive and true.value is not None and true.value <= 1:
            sizes += [true.n * true.value, true.n * (1 - true.value)]
        return min(sizes) < rule.threshold

    def is_hidden(self, key: Key) -> bool:
        """Whether a figure is withheld; one that is not there counts nobody."""
        figure = self.seen.get(key)
        if figure is None:  # of places that are not told at all, there are no groups to be seen
            whole = self.seen.get(key._replace(by="", value=""))
            return whole is not None and whole.suppressed == NOT_RELEASED
        return figure.suppressed in WITHHELD or bool(figure.broken)

    def every_key(self) -> Iterator[Key]:
        """Every figure that there may be."""
        for release in self.releases:
            units = {unit for places in self.lies[release] for unit in places}
            for unit in units:
                for domain in self.town.domains.values():
                    yield Key(release, unit, *domain)

    def unit(self, village: int, release: int) -> int:
        """The lowest place that holds a village as a release is read."""
        return self.lies[release][village][0]

    def inside(
        self, unit: int, release: int, indicator: str = "FIBRE"
    ) -> list[tuple[int, int, Fraction]]:
        """The villages of a place: which, in which state, and what an answer there weighs.

        With the same answers it is the same state, whenever they counted.
        """
        found = []
        for at, places in enumerate(self.lies[release]):
            weight = self.weights.get((release, at, self.town.sources[indicator]))
            if unit in places and weight is not None:
                found.append((at, self.state(at, release), weight[0]))
        return found

    def weighed(self, key: Key) -> list[tuple[int, int, Fraction]]:
        """The same of a figure as it is told: what is withheld inside has one weight together."""
        key = self._as_given_out(key)
        inside = self.inside(key.unit, key.release, key.indicator)
        if self.is_hidden(key):
            return inside
        pools: dict[int | None, list[int]] = defaultdict(list)
        for at, _, _ in inside:
            pools[self._pool(key, at)].append(at)
        forms, weights = self.town.sources[key.indicator], {at: own for at, _, own in inside}
        for pool in (pools[place] for place in pools if place is not None):
            counted = [self.weights[key.release, at, forms] for at in pool]
            there, n = sum(weight * n for weight, n in counted), sum(n for _, n in counted)
            weights |= dict.fromkeys(pool, Fraction(there) / n)
        return [(at, state, weights[at]) for at, state, _ in inside]

    def _as_given_out(self, key: Key) -> Key:
        """Of a figure that is read once more, as it was read first, of the same villages."""
        first = key._replace(release=key.release % AGAIN)
        if first in self.seen and self._villages(first) == self._villages(key):
            return first
        return key

    def _pool(self, key: Key, at: int) -> int | None:
        """Of a village that is not told of, the nearest place around it that is."""
        places, own = self.lies[key.release][at], self.town.villages[at].id
        is_withheld = len(places) == LADDER and self.is_hidden(key._replace(unit=places[0]))
        if own in places and not is_withheld:
            return None
        return next(unit for unit in places if not self.is_hidden(key._replace(unit=unit)))

    def told(self, key: Key) -> tuple[float, float]:
        """The numerator and denominator of a figure that is shown, before they are rounded."""
        sums = [(float(weight), *self.counted(key, at)) for at, _, weight in self.weighed(key)]
        return sum(weight * y for weight, y, _ in sums), sum(weight * x for weight, _, x in sums)

    def counted(self, key: Key, village: int) -> tuple[float, float]:
        """The same of what a village says to a figure, where each interview counts once."""
        domain, state = self.town.named(key), self.state(village, key.release)
        kinds = [life[state] for life in self.world.lives[village]]
        said = [self.town.says[kind].get(domain, ()) for kind in kinds if kind is not None]
        return sum(one[1] for one in said if one), sum(one[2] for one in said if one)

    def state(self, village: int, release: int) -> int:
        """What counts of a village in a release, as a number from 0."""
        return self.world.same(village, self.steps[self.since[village, release]])

    def small_differences(self) -> list[tuple[Key, Key]]:
        """Figures of two releases that differ by the answers of few, of the same villages."""
        found = []
        for one, other in combinations(self.releases, 2):
            for key in self.seen:
                later = key._replace(release=other)
                if key.release == one and later in self.seen:
                    is_same = self._villages(key) == self._villages(later)
                    count = self.different(key, later) if is_same else 0
                    if 0 < count < self.world.rule.threshold:
                        found.append((key, later))
        return found

    def _villages(self, key: Key) -> list[int]:
        return [at for at, places in enumerate(self.lies[key.release]) if key.unit in places]

    def different(self, key: Key, later: Key) -> int:
        """How many rows of a figure are others in a later release."""
        domain, says, count = self.town.named(key), self.town.says, 0.0
        for at in self._villages(key):
            states = [self.state(at, one.release) for one in (key, later)]
            for life in self.world.lives[at] if states[0] != states[1] else ():
                kinds = [life[state] for state in states]
                said = [() if kind is None else says[kind].get(domain, ()) for kind in kinds]
                if said[0] != said[1]:
                    count += max(one[0] if one else 0 for one in said)
        return round(count)


def besiege(town: Town, world: World) -> Siege:
    """Plays a world and reads all figures of it, from outside and from inside."""
    played = play(town, world)
    weights = weights_of(town, world, played)
    return Siege(
        town, world, played.seen, played.known, played.lies, played.since, played.steps, weights
    )
