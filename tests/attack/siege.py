"""A world as the outsider reads it, and as it is."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction

from app.accounts.actors import OPERATOR
from app.indicators.disclosure import COMPLEMENT, SMALL
from app.indicators.figures import Figure
from tests.attack.town import Key, Town
from tests.attack.worlds import World

WITHHELD = {SMALL, COMPLEMENT}


@dataclass(slots=True)
class Siege:
    """Figures of all releases of a world."""

    town: Town
    world: World
    seen: dict[Key, Figure]
    known: dict[Key, Figure]
    states: dict[tuple[int, int], int]  # by village and release, in which step it was as it is told
    said: dict[str, str] = field(default_factory=dict)  # by address

    @property
    def releases(self) -> list[int]:
        """Their numbers."""
        return sorted({key.release for key in self.seen})

    def targets(self) -> list[Key]:
        """Figures about too few that are withheld, as far as their true numbers say."""
        return [key for key in self.seen if self._is_target(key)]

    def _is_target(self, key: Key) -> bool:
        true, rule = self.known[key], self.world.rule
        if not self.is_hidden(key) or not true.n:
            return False
        sizes = [float(true.n)]
        if key.indicator in rule.sensitive and true.value is not None and true.value <= 1:
            sizes += [true.n * true.value, true.n * (1 - true.value)]
        return min(sizes) < rule.threshold

    def is_hidden(self, key: Key) -> bool:
        """Whether a figure is withheld; one that is not there counts nobody."""
        return key in self.seen and self.seen[key].suppressed in WITHHELD

    def every_key(self) -> Iterator[Key]:
        """Every figure that there may be."""
        units = {unit for places in self.town.around for unit in places}
        for release in self.releases:
            for unit in units:
                for domain in self.town.domains.values():
                    yield Key(release, unit, *domain)

    def inside(self, unit: int, release: int) -> list[tuple[int, int, Fraction]]:
        """The villages of a place: which, in which state, and what an answer there weighs."""
        found = []
        for at, (village, *above) in enumerate(self.town.around):
            if unit != village and unit not in above:
                continue
            state = self.states[village, release]
            if visited := self.world.visited(at, state):
                weight = Fraction(self.world.homes[at], visited)
                found.append((at, state, weight))
        return found

    def weighed(self, key: Key) -> list[tuple[int, int, Fraction]]:
        """The same of a figure as it is told: what is withheld inside has one weight together."""
        inside = self.inside(key.unit, key.release)
        if self.is_hidden(key):
            return inside
        pools: dict[int | None, list[int]] = defaultdict(list)
        for at, _, _ in inside:
            pools[self._pool(key, at)].append(at)
        states = {at: state for at, state, _ in inside}
        weights = {at: weight for at, _, weight in inside}
        for pool in (pools[place] for place in pools if place is not None):
            homes = sum(self.world.homes[at] for at in pool)
            visited = sum(self.world.visited(at, states[at]) for at in pool)
            weights |= dict.fromkeys(pool, Fraction(homes, visited))
        return [(at, state, weights[at]) for at, state, _ in inside]

    def _pool(self, key: Key, at: int) -> int | None:
        """Of a village that is withheld, the nearest place around it that is not."""
        village, *above = self.town.around[at]
        if not self.is_hidden(key._replace(unit=village)):
            return None
        return next(unit for unit in above if not self.is_hidden(key._replace(unit=unit)))

    def told(self, key: Key) -> tuple[float, float]:
        """The numerator and denominator of a figure that is shown, before they are rounded."""
        own = {at: weight for at, _, weight in self.inside(key.unit, key.release)}
        y = x = 0.0
        for at, _, weight in self.weighed(key):
            true = self.known.get(key._replace(unit=self.town.around[at][0]))
            if true is not None:
                y += (true.numerator or 0.0) * float(weight / own[at])
                x += (true.denominator or 0.0) * float(weight / own[at])
        return y, x


def besiege(town: Town, world: World) -> Siege:
    """Plays a world and reads all figures of it, from outside and from inside."""
    made = town.play(world)
    return Siege(
        town, world, town.read(made, town.outsider), town.read(made, OPERATOR), town.states(made)
    )
