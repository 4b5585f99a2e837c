"""PURE. Draws a sample of households; the same seed and frame give the same ones anywhere.

One stage: in each stratum the n households with the smallest random numbers (simple random
sampling, pi = n/N). Two stages: villages with probability proportional to their households by
systematic sampling in random order (Goodman & Kish, JASA 45, 1950; Hartley & Rao, Ann. Math. Stat.
33, 1962), in whole numbers, so that pi = n M_i / M holds exactly; villages too large for that are
taken with certainty and become strata of households. Then a simple random sample in each village.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from app.errors import BadRequest
from app.samples.allocate import FEWEST, allocate
from app.samples.chance import below, shuffled
from app.samples.design import (
    LISTED,
    WHOLE,
    Design,
    Drawn,
    FrameHousehold,
    Part,
    Sample,
    Stratum,
    Village,
)

Households = Sequence[FrameHousehold]


def draw(frame: Iterable[FrameHousehold], design: Design, seed: str) -> Sample:
    """Draw by a design; raises `BadRequest` where the frame is too small for it."""
    known = sorted(frame, key=lambda household: household.code)
    if not known:
        raise BadRequest("There is no household to draw from. List or import households first.")
    drawing = _Drawing(design, seed)
    if design.kind == "two-stage":
        drawing.draw_villages(_grouped(known, design.stratum))
    else:
        drawing.draw_strata(_grouped(known, design.part), design.size, fewest=FEWEST)
    return drawing.sample


def inclusion(sizes: dict[str, int], n: int) -> dict[str, Fraction]:
    """By unit, the probability to be drawn among n in proportion to size; 1 for the largest."""
    certain: dict[str, Fraction] = {}
    left = dict(sizes)
    while left:
        rest, total = n - len(certain), sum(left.values())
        large = [unit for unit, size in left.items() if rest * size >= total]
        if not large:
            return certain | {unit: Fraction(rest * size, total) for unit, size in left.items()}
        certain |= dict.fromkeys(large, Fraction(1))
        left = {unit: size for unit, size in left.items() if unit not in certain}
    return certain


def systematic(sizes: dict[str, int], n: int, seed: str, name: str = "") -> list[str]:
    """Draw n units in proportion to size, in the order of their random numbers.

    Everything is multiplied by n, so that the step is the whole number sum(sizes) and the start one
    of the whole numbers below it. No unit may be larger than a step.
    """
    step = sum(sizes.values())
    point = below(step, seed, "start", name)
    drawn, reached = [], 0
    for unit in shuffled(list(sizes), seed, "village", name):
        reached += n * sizes[unit]
        if point < reached:
            drawn.append(unit)
            point += step
    return drawn


@dataclass(slots=True)
class _Drawing:
    """A sample while it is drawn."""

    design: Design
    seed: str
    sample: Sample = field(default_factory=Sample)

    def draw_strata(self, groups: dict[str, Households], n: int, *, fewest: int) -> None:
        """One stage: n households of these strata."""
        for name, take in self._share(groups, n, fewest=fewest).items():
            group = groups[name]
            share = Fraction(take, len(group))
            part = Part(name or WHOLE, name, None, len(group), take, share, Fraction(1))
            drawn = self._take(part, group)
            self.sample.strata.append(Stratum(name, "household", len(group), take, len(group)))
            for village, inside in _grouped(group, _village).items():
                taken = sum(household.code in drawn for household in inside)
                place = Village(village, name, len(inside), taken, Fraction(1))
                self.sample.villages.append(place)

    def draw_villages(self, strata: dict[str, Households]) -> None:
        """Two stages: villages of each stratum, then households of each of those."""
        villages = {name: _grouped(inside, _village) for name, inside in strata.items()}
        share = allocate({name: len(inside) for name, inside in villages.items()}, self.design.size)
        for name, inside in villages.items():
            self._draw_stratum(name, inside, share[name])

    def _draw_stratum(self, name: str, villages: dict[str, Households], n: int) -> None:
        sizes = {village: len(inside) for village, inside in villages.items()}
        chances = inclusion(sizes, n)
        certain = [village for village, chance in chances.items() if chance == 1]
        for village in certain:
            stratum = f"{name}/{village}" if name else village
            parts = self._parts(villages[village], stratum)
            self.draw_strata(parts, min(self.design.take, sizes[village]), fewest=1)
        others = {village: sizes[village] for village in sizes if village not in certain}
        if others:
            drawn = systematic(others, n - len(certain), self.seed, name)
            for village in drawn:
                self._draw_within(name, villages[village], chances[village])
            households = sum(others.values())
            stage = Stratum(name, "village", len(others), len(drawn), households)
            self.sample.strata.append(stage)

    def _draw_within(self, stratum: str, inside: Households, chance: Fraction) -> None:
        """The second stage; whoever is on the list is drawn apart."""
        n = min(self.design.take, len(inside))
        village = inside[0].village
        groups = self._parts(inside, f"{stratum}/{village}" if stratum else village)
        for code, take in self._share(groups, n, fewest=1).items():
            group = groups[code]
            share = chance * Fraction(take, len(group))
            self._take(Part(code, stratum, village, len(group), take, share, chance), group)
        self.sample.villages.append(Village(village, stratum, len(inside), n, chance))

    def _parts(self, households: Households, stratum: str) -> dict[str, Households]:
        return _grouped(households, lambda household: self.design.part(household, stratum))

    def _share(self, groups: dict[str, Households], n: int, *, fewest: int) -> dict[str, int]:
        """How many households are drawn of each group; all of them in a census."""
        sizes = {name: len(group) for name, group in groups.items()}
        if self.design.kind == "census":
            return sizes
        factor = {name: self.design.oversample for name in groups if name.endswith(LISTED)}
        return allocate(sizes, n, factor=factor, fewest=fewest)

    def _take(self, part: Part, group: Households) -> set[str]:
        """Draw of a group and note them, and those that may stand in for one; the codes drawn."""
        n = part.drawn
        self.sample.parts.append(part)
        village = {household.code: household.village for household in group}
        order = shuffled(list(village), self.seed, "household")
        for place, code in enumerate(order[: n + self.design.reserves], 1):
            self.sample.households.append(
                Drawn(
                    code, village[code], part.stratum, part.code, part.probability, place, place > n
                )
            )
        return set(order[:n])


def _village(household: FrameHousehold) -> str:
    return household.village


def _grouped(households: Households, key: Callable[[FrameHousehold], str]) -> dict[str, Households]:
    groups: dict[str, list[FrameHousehold]] = defaultdict(list)
    for household in households:
        groups[key(household)].append(household)
    return {name: groups[name] for name in sorted(groups)}
