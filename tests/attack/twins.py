"""PURE. Looks for another world of which everything that was given out would be the same.

A hidden figure is safe when there is a world in which it is another one and every reader reads the
same: then no arithmetic finds it, of whatever kind. Here such worlds are proposed, from how answers
add up; whether they read the same is tried out in the town.

Sums that are shown exactly are looked at as one number, a random combination of them modulo a
prime: what leaves it as it is, leaves each of them as it is.
"""

import random
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, islice

from app.indicators.subtraction import PRIME
from tests.attack.worlds import Move, World, apply

LOOKED_AT = 4000  # combinations that leave what is shown exactly as it is, for one figure
SMALL = 1e-9

Sums = Mapping[Hashable, float]


@dataclass(frozen=True, slots=True)
class Effect:
    """What a move changes: sums shown exactly, as one number; rounded ones; hidden ones."""

    move: Move
    exact: int
    rounded: Sums
    hidden: Sums


def effect_of(move: Move, exact: Sums, rounded: Sums, hidden: Sums) -> Effect:
    """An effect without what does not change."""
    code = sum(_weight(key) * round(value) for key, value in exact.items()) % PRIME
    return Effect(move, code, _changed(rounded), _changed(hidden))


@dataclass(slots=True)
class Search:
    """The world as it is, and what each move would change in it."""

    world: World
    effects: Sequence[Effect]
    is_same: Callable[[Sums], bool]  # whether rounded sums would read the same
    pairs: dict[int, list[tuple[Effect, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Looks once at every two moves."""
        found: dict[int, list[tuple[Effect, ...]]] = defaultdict(list)
        for pair in combinations(self.effects, 2):
            found[(pair[0].exact + pair[1].exact) % PRIME].append(pair)
        self.pairs = found

    def twins(self, target: Hashable) -> Iterator[World]:
        """Worlds that read the same as far as sums tell, and in which a hidden sum is another."""
        for together in islice(self._combined(target), LOOKED_AT):
            moves = tuple(effect.move for effect in together)
            found = apply(self.world, moves)
            if found is not None and self.is_same(_sum(effect.rounded for effect in together)):
                yield found

    def _combined(self, target: Hashable) -> Iterator[tuple[Effect, ...]]:
        """Moves that together change the target, and nothing that is shown exactly."""
        singles: dict[int, list[tuple[Effect, ...]]] = defaultdict(list)
        for effect in self.effects:
            singles[effect.exact].append((effect,))
        changing = [one for one in self.effects if abs(one.hidden.get(target, 0.0)) > SMALL]
        alone = [(one,) for one in changing]
        for rest in ({0: [()]}, singles, self.pairs):
            yield from self._completed(rest, alone, target)
        longer = [(one, other) for one in changing for other in self.effects]
        yield from self._completed(self.pairs, longer, target)

    def _completed(
        self,
        rest: Mapping[int, list[tuple[Effect, ...]]],
        begun: Sequence[tuple[Effect, ...]],
        target: Hashable,
    ) -> Iterator[tuple[Effect, ...]]:
        """Each with what leaves all that is shown exactly as it was."""
        for some in begun:
            missing = -sum(one.exact for one in some) % PRIME
            for others in rest.get(missing, ()):
                if _changes((*some, *others), target):
                    yield *some, *others


@cache
def _weight(key: Hashable) -> int:
    return random.Random(repr(key)).randrange(PRIME)


def _changed(sums: Sums) -> Sums:
    return {key: value for key, value in sums.items() if abs(value) > SMALL}


def _changes(together: Sequence[Effect], target: Hashable) -> bool:
    return abs(sum(one.hidden.get(target, 0.0) for one in together)) > SMALL


def _sum(several: Iterator[Sums]) -> Sums:
    found: dict[Hashable, float] = defaultdict(float)
    for sums in several:
        for key, value in sums.items():
            found[key] += value
    return found
