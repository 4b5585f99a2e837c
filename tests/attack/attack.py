"""The attack on one world: by sums, by weights, by intervals, and at every door."""

import random
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from app.indicators.disclosure import MARGIN
from app.indicators.figures import Figure
from tests.attack.doors import Doors
from tests.attack.guesses import found_by_weights
from tests.attack.intervals import found_by_intervals
from tests.attack.questionnaires import ASKS
from tests.attack.siege import Siege, besiege
from tests.attack.sums import found_by_sums
from tests.attack.town import Key, Town
from tests.attack.twins import Effect, Search, Sums, effect_of
from tests.attack.worlds import Move, World, moves_of

MEASURES = ("n", "y", "x", "dont_know", "refused", "blank", "irrelevant")
TWINS = 3  # of a world, that stand at the doors
TRIED = 6  # worlds that are played for one figure


@dataclass(slots=True)
class Report:
    """What came out, of one world or of many."""

    worlds: int = 0
    hidden: int = 0  # figures that are withheld for their own sake
    differences: int = 0  # of two releases, that are about few
    certain: int = 0  # of those that are withheld, all or nothing of what is told of several
    twins: int = 0  # other worlds that read the same in all figures
    answers: int = 0  # of all doors, compared with those in a twin
    leaks: list[str] = field(default_factory=list)
    ways: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Report") -> None:
        """Counts another one in."""
        for name in ("worlds", "hidden", "differences", "certain", "twins", "answers"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.leaks += other.leaks
        self.ways += other.ways

    def leak(self, how: str, what: str) -> None:
        """Something was found."""
        self.ways[how] += 1
        self.leaks.append(f"{how}: {what}")


def attack(town: Town, world: World, doors: Doors | None, most: int, seed: int) -> Report:
    """Attacks a world: its figures, and with doors `most` questions to each of them."""
    siege = besiege(town, world)
    report = Report(worlds=1, hidden=len(siege.targets()))
    shape = world.boundaries or world.sample or "census"
    told, differences, report.differences = found_by_sums(siege)
    for key in sorted(told):
        report.leak("by sums", f"seed {seed} {shape}: {_named(siege, key)}")
    for key, later in sorted(differences):
        both = f"{_named(siege, key)}, then {_named(siege, later)}"
        report.leak("by differences", f"seed {seed} {shape}: {both}")
    weighed, certain = found_by_weights(siege)
    report.certain = len(certain)
    for key in sorted(weighed):
        report.leak("by weights", f"seed {seed} {_named(siege, key)}")
    for key in sorted(found_by_intervals(siege)):
        report.leak("by intervals", f"seed {seed} {_named(siege, key)}")
    if doors is not None and report.hidden:
        _stand_at_doors(siege, doors, report, most, seed)
    return report


def _stand_at_doors(siege: Siege, doors: Doors, report: Report, most: int, seed: int) -> None:
    """Whatever reads the same in all figures has to read the same at every door."""
    addresses = doors.addresses(siege.lies, most, random.Random(seed))
    siege.said = doors.read(addresses)
    left = siege.targets()
    random.Random(seed).shuffle(left)
    while left and report.twins < TWINS:
        target = left.pop()
        for world in islice(_twins(siege, target), TRIED):
            other = besiege(siege.town, world)
            if _differing(siege.seen, other.seen):
                continue
            report.twins += 1
            report.answers += len(addresses)
            said = doors.read(addresses)
            for address in addresses:
                if said[address] != siege.said[address]:
                    what = f"{_named(siege, target)} at {address}"
                    report.leak("by a door", f"seed {seed} {what}: {_apart(siege, said, address)}")
            left = [key for key in left if siege.known[key] == other.known.get(key)]
            break


def _twins(siege: Siege, target: Key) -> Iterator[World]:
    """Worlds in which somebody says something else, and of which the same would be told."""
    effects = _effects(siege, ASKS[target.indicator])
    return Search(siege.world, effects, lambda changed: _reads_same(siege, changed)).twins(target)


def _effects(siege: Siege, answer: int) -> list[Effect]:
    """What each move of a household changes, of what is shown and of what is hidden."""
    hidden = {key.unit for key in siege.seen if siege.is_hidden(key)}
    villages = {
        at for lies in siege.lies.values() for at, places in enumerate(lies) if places[0] in hidden
    }  # fmt: skip
    return [_effect(siege, move) for move in moves_of(siege.world, villages, answer)]


def _effect(siege: Siege, move: Move) -> Effect:
    exact: dict[Hashable, float] = defaultdict(float)
    rounded: dict[Hashable, float] = defaultdict(float)
    hidden: dict[Hashable, float] = defaultdict(float)
    for key, name, value in _changes(siege, move):
        told = {at: weight for at, _, weight in siege.weighed(key)}
        if siege.is_hidden(key):
            if name == "y":
                hidden[key] += value
        elif (
            name in {"y", "x"}
            and set(told.values()) != {1}
            and key.unit != siege.unit(move.village, key.release)
        ):
            rounded[key, name] += float(told.get(move.village, 0)) * value
        else:
            exact[key, name] += value
    return effect_of(move, exact, rounded, hidden)


def _changes(siege: Siege, move: Move) -> Iterator[tuple[Key, str, float]]:
    """By figure and measure, what is said more."""
    town = siege.town
    for release in siege.releases:
        state, places = siege.state(move.village, release), siege.lies[release][move.village]
        kinds = (move.before[state], move.after[state])
        said = [{} if kind is None else town.says[kind] for kind in kinds]
        for domain in {*said[0], *said[1]}:
            before, after = (one.get(domain, (0.0,) * len(MEASURES)) for one in said)
            for name, value, other in zip(MEASURES, before, after, strict=True):
                if value != other:
                    for unit in places:
                        yield Key(release, unit, *town.domains[domain]), name, other - value


def _reads_same(siege: Siege, changed: Sums) -> bool:
    """Whether sums that are told rounded would be told as they were."""
    to = siege.world.rule.round_to
    for (key, name), value in changed.items():  # type: ignore[misc]
        figure = siege.seen.get(key)
        if figure is None or key not in siege.known:
            return False
        whole, size = siege.told(key)
        if name == "x":
            whole = size
        if round((whole + value) / to) != round(whole / to):
            return False
        if figure.suppressed == MARGIN or to > 1:
            continue
        if name == "x" or round((whole + value) / size, 3) != round(whole / size, 3):
            return False
    return True


def _named(siege: Siege, key: Key) -> str:
    true = siege.known[key]
    return f"{tuple(key)} {true.numerator or 0:g} of {true.denominator or 0:g}"


def _apart(siege: Siege, said: Mapping[str, str], address: str) -> str:
    """The first lines that are not the same."""
    pairs = zip(siege.said[address].splitlines(), said[address].splitlines(), strict=False)
    one, other = next(((a, b) for a, b in pairs if a != b), ("", ""))
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return f"{one[max(at - 60, 0) : at + 60]!r} | {other[max(at - 60, 0) : at + 60]!r}"


def _differing(seen: Mapping[Key, Figure], other: Mapping[Key, Figure]) -> bool:
    return {key: _told(figure) for key, figure in seen.items()} != {
        key: _told(figure) for key, figure in other.items()
    }


def _told(figure: Figure) -> tuple[object, ...]:
    """What of a figure everybody reads; more of it than this stands at some door."""
    return (
        figure.suppressed, figure.numerator, figure.denominator, figure.n, figure.value, figure.se,
        figure.df, figure.deff, figure.bounds, figure.coverage, figure.status,
        tuple(figure.missing.values()),
    )  # fmt: skip
