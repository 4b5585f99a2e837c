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
    boundaries: str = ""  # how places change after the first release (`boundaries.py`)
    is_late: bool = False  # that is entered when all is given out, for the day of the releases
    sample: str = ""  # the design, in which `homes` are the households that were drawn

    @property
    def releases(self) -> int:
        """How often figures are given out."""
        return max((len(life) for village in self.lives for life in village), default=1)

    def same(self, village: int, release: int) -> int:
        """The first release in which the same answers of a village counted; from 0."""
        states = [tuple(life[at] for life in self.lives[village]) for at in range(self.releases)]
        return states.index(states[release])

    def swap(self, village: int, before: Life, after: Life) -> "World":
        """The same but that one household has another life."""
        lives = list(self.lives[village])
        lives[lives.index(before)] = after
        changed = (*self.lives[:village], tuple(lives), *self.lives[village + 1 :])
        return replace(self, lives=changed)


VISITED = (0, 1, 2, 3, 3, 4, 5, 6, 8, 11)
MORE = (0, 0, 0, 1, 3)  # of a village's households that were not visited, besides the threshold
SHAPES = ("", "", "boundaries", "boundaries", "sample")  # what else may happen
CHANGES = ("villages merge", "communes merge", "a village moves", "a village splits")
DESIGNS = ("stratified", "two-stage")
LARGE = "large"  # one village has so many households that its places are given out with errors
MANY = 250  # times as many


def random_world(seed: int, villages: int, homes: int, shape: str | None = None) -> World:
    """A world of small counts; the same for the same seed."""
    chance = random.Random(seed)
    rule = Rule(
        threshold=chance.choice((3, 5, 5)),
        smallest_n=0,
        round_to=chance.choice((1, 1, 1, 1, 5)),
        sensitive=frozenset(chance.choice(((), (), ("FIBRE",), ("PHONE",)))),
    )
    shape = chance.choice(SHAPES) if shape is None else shape
    visited = [chance.choice(VISITED) for _ in range(villages)]
    visited[0] = chance.choice((1, 2, 3, 4))
    usual = _usual(chance)
    releases = chance.choice((1, 1, 2, 3)) if shape != "boundaries" else chance.choice((1, 2, 2, 3))
    lives = []
    for count in visited:
        begun = [(chance.choice(usual),) for _ in range(count)]
        lives.append(_grown(chance, begun, releases, homes, rule.threshold, usual))
    is_finished = chance.random() < 0.6
    homes_of = [
        min(len(village) + (0 if is_finished else chance.choice(MORE)), homes) for village in lives
    ]
    if shape == LARGE:
        homes_of[2] *= MANY
    return World(
        rule,
        tuple(homes_of),
        tuple(lives),
        boundaries=chance.choice(CHANGES) if shape == "boundaries" else "",
        is_late=releases == 1 or chance.random() < 0.3,
        sample=chance.choice(DESIGNS) if shape == "sample" else "",
    )


def _usual(chance: random.Random) -> list[int]:
    """A few kinds of answers that occur; where adults are asked, they are asked everywhere."""
    is_asked = chance.random() < 0.5
    known = [at for at, kind in enumerate(KINDS) if bool(kind[1]) == is_asked]
    return chance.sample(known, 5) + [chance.randrange(len(KINDS))] * chance.choice((0, 1))


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
        back = [(*life, life[max(release - 2, 0)]) for life in lives]  # as it was before the last
        lives = [(*life, life[-1]) for life in lives]
        what = chance.choice(("nothing", "more", "edits", "back"))
        some = chance.sample(range(len(lives)), min(threshold, len(lives)))
        if what == "back":
            lives = back
            some = some[: chance.choice((0, 1))]
        if what in {"edits", "back"}:
            for at in some:
                lives[at] = _edited(chance, lives[at], usual)
        elif what == "more":
            count = min(homes - len(lives), threshold + chance.choice((0, 1, -2)))
            unseen: Life = (None,) * release
            lives += [(*unseen, chance.choice(usual)) for _ in range(max(count, 0))]
    return tuple(lives)


def _edited(chance: random.Random, life: Life, usual: list[int]) -> Life:
    """Another interview of a household counts now; each has sent two."""
    known = {kind for kind in life if kind is not None}
    return (*life[:-1], chance.choice(usual if len(known) < 2 else sorted(known)))


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
