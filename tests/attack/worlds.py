"""PURE. A world is what every household of the town says, release by release."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from app.indicators.disclosure import Rule
from tests.attack.questionnaires import KINDS, changed_answer

Life = tuple[int | None, ...]  # the kind of a household's answers at each release; None: no visit


@dataclass(frozen=True, slots=True)
class World:
    """Answers of all villages, and the rule they are given out by."""

    rule: Rule
    homes: tuple[int, ...]  # registered households by village
    lives: tuple[tuple[Life, ...], ...]  # by village, of the visited households

    @property
    def releases(self) -> int:
        """How often figures are given out."""
        return len(next(life for village in self.lives for life in village))

    def visited(self, village: int, release: int) -> int:
        """How many households of a village are counted."""
        return sum(life[release] is not None for life in self.lives[village])

    def weight(self, village: int, release: int) -> float:
        """How many registered households a visited one stands for; 0 where none was visited."""
        visited = self.visited(village, release)
        return self.homes[village] / visited if visited else 0.0

    def swap(self, village: int, before: Life, after: Life) -> "World":
        """The same but that one household has another life."""
        lives = list(self.lives[village])
        lives[lives.index(before)] = after
        changed = (*self.lives[:village], tuple(lives), *self.lives[village + 1 :])
        return replace(self, lives=changed)


VISITED = (0, 1, 2, 3, 3, 4, 5, 6, 8, 11)
MORE = (0, 0, 0, 1, 3)  # of a village's households that were not visited, besides the threshold


def random_world(seed: int, villages: int, homes: int) -> World:
    """A world of small counts; the same for the same seed."""
    chance = random.Random(seed)
    rule = Rule(
        threshold=chance.choice((3, 5, 5)),
        smallest_n=0,
        round_to=chance.choice((1, 1, 1, 1, 5)),
        sensitive=frozenset(chance.choice(((), (), ("FIBRE",), ("PHONE",)))),
    )
    visited = [chance.choice(VISITED) for _ in range(villages)]
    visited[0] = chance.choice((1, 2, 3, 4))
    usual = chance.sample(range(len(KINDS)), 6)
    releases = chance.choice((1, 1, 2, 3))
    lives = []
    for count in visited:
        begun = [(chance.choice(usual),) for _ in range(count)]
        lives.append(_grown(chance, begun, releases, homes, rule.threshold, usual))
    is_finished = chance.random() < 0.6
    return World(
        rule,
        tuple(
            min(len(village) + (0 if is_finished else chance.choice(MORE)), homes)
            for village in lives
        ),
        tuple(lives),
    )


def _grown(
    chance: random.Random,
    begun: list[Life],
    releases: int,
    homes: int,
    threshold: int,
    usual: list[int],
) -> tuple[Life, ...]:
    lives = list(begun)
    for release in range(1, releases):
        lives = [(*life, life[-1]) for life in lives]
        what = chance.choice(("nothing", "more", "edits"))
        if what == "edits":
            for at in chance.sample(range(len(lives)), min(threshold, len(lives))):
                lives[at] = (*lives[at][:-1], chance.choice(usual))
        elif what == "more":
            count = min(homes - len(lives), threshold + chance.choice((0, 1, -2)))
            unseen: Life = (None,) * release
            lives += [(*unseen, chance.choice(usual)) for _ in range(max(count, 0))]
    return tuple(lives)


@dataclass(frozen=True, slots=True)
class Move:
    """One household says something else in one or more releases."""

    village: int
    before: Life
    after: Life


@cache
def near(kind: int) -> list[tuple[int, int]]:
    """Kinds that differ from one in a single answer, with the place of the answer."""
    found = ((other, changed_answer(KINDS[kind], said)) for other, said in enumerate(KINDS))
    return [(other, at) for other, at in found if at is not None]


def moves_of(world: World, villages: set[int], answer: int) -> Iterator[Move]:
    """Every way in which one household of these villages may have answered a question."""
    for village in sorted(villages):
        for life in sorted(set(world.lives[village]), key=repr):
            for said in sorted({kind for kind in life if kind is not None}):
                for other, at in near(said):
                    after = tuple(other if kind == said else kind for kind in life)
                    if answer == at:
                        yield Move(village, life, after)


def apply(world: World, moves: tuple[Move, ...]) -> World | None:
    """The world after these moves; None where there are not enough such households."""
    for move in moves:
        if move.before not in world.lives[move.village]:
            return None
        world = world.swap(move.village, move.before, move.after)
    return world
