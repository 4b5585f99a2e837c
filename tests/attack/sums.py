"""What subtracting finds: every hidden figure that is a sum of shown ones, in exact arithmetic.

Unknown is how many households and people of each kind of answers a village has. Each number that is
shown is an equation about them, whatever place, group, indicator, measure or release it is of; a
hidden figure is found when it is a combination of these equations. An attacker is granted the
weights, and all digits of what is only shown rounded.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from itertools import product

from tests.attack.questionnaires import ADULTS, HOMES, KINDS, MEMBERS, ROWS
from tests.attack.siege import LADDER, Siege
from tests.attack.town import Key, Says, Town
from tests.attack.worlds import Life

P = 2**61 - 1
Y, X = 1, 2
MEASURES = 7  # n, y, x, and four reasons of missing answers
Column = tuple[int, int, int]  # village, state, and part of a kind
Row = dict[Column, int]


def found_by_sums(siege: Siege) -> tuple[set[Key], list[tuple[Key, Key]], int]:
    """What follows from all that is shown, and of how many it was tried.

    Withheld figures; and differences of two releases that are about few.
    """
    targets, differences = siege.targets(), siege.small_differences()
    if not targets and not differences:
        return set(), [], 0
    system, parts, open_ = System(), _Parts(siege), _open(siege, differences)
    for key in siege.every_key():
        if not siege.is_hidden(key):
            for measure in range(MEASURES):
                system.add(parts.row(key, measure, open_))
    told = {key for key in targets if not system.reduced(parts.row(key, Y, open_))}
    rows = [(pair, _less_row(*(parts.row(key, Y, open_) for key in pair))) for pair in differences]
    rows = [(pair, row) for pair, row in rows if row]
    return told, [pair for pair, row in rows if not system.reduced(row)], len(rows)


def _open(siege: Siege, differences: Sequence[tuple[Key, Key]]) -> set[int]:
    """Villages of which not all is shown, or more than should be."""
    hidden = {key.unit for key in siege.seen if siege.is_hidden(key)}
    lying = [(at, places) for lies in siege.lies.values() for at, places in enumerate(lies)]
    by_itself = {at: sum(places[0] in others for _, others in lying) for at, places in lying}
    found = {
        at for at, places in lying
        if hidden & set(places[:-2]) or by_itself[at] > len(siege.releases) or len(places) < LADDER
    }  # fmt: skip
    if differences:
        states = [{siege.state(at, release) for release in siege.releases} for at, _ in lying]
        found |= {at for (at, _), own in zip(lying, states, strict=True) if len(own) > 1}
    return found


class System:
    """Equations, solved as they come (Gauss)."""

    def __init__(self) -> None:
        self.pivots: dict[Column, Row] = {}

    def add(self, row: Row) -> None:
        """One more."""
        row = self.reduced(row)
        if row:
            pivot = min(row)
            inverse = pow(row[pivot], -1, P)
            self.pivots[pivot] = {column: value * inverse % P for column, value in row.items()}

    def reduced(self, row: Row) -> Row:
        """What is left of a row; nothing, when it follows from the others."""
        row = {column: value % P for column, value in row.items() if value % P}
        done: Row = {}
        while row:
            pivot = min(row)
            other, times = self.pivots.get(pivot), row[pivot]
            if other is None:
                done[pivot] = row.pop(pivot)
                continue
            for column, value in other.items():
                left = (row.get(column, 0) - times * value) % P
                if left:
                    row[column] = left
                else:
                    row.pop(column, None)
        return done


class _Parts:
    """What each household and each member says; whatever people say is a sum of these.

    A household's part is what it and its adult say together. Where adults were asked everywhere, or
    nowhere, that is known.
    """

    def __init__(self, siege: Siege) -> None:
        self.siege = siege
        self.of_domain = _by_domain(siege.town)
        self.asked = {at: _asked(lives) for at, lives in enumerate(siege.world.lives)}

    def row(self, key: Key, measure: int, open_: set[int]) -> Row:
        """The equation of one measure of a figure."""
        row: Row = {}
        parts = self.of_domain.get((key.indicator, key.by, key.value), ())
        for at, state, weight in self.siege.weighed(key):
            if at not in open_:  # all of it is shown
                continue
            own = weight if measure in {Y, X} else Fraction(1)
            factor = own.numerator * pow(own.denominator, -1, P) % P
            for number, is_asked, said in parts:
                value = round(said[measure])
                if value and (is_asked is None or is_asked in self.asked[at]):
                    row[at, state, number] = value * factor % P
        return row


def _asked(lives: Iterable[Life]) -> set[bool]:
    """Whether there are households without an adult that was asked, and with one."""
    return {bool(KINDS[kind][1]) for life in lives for kind in life if kind is not None}


Part = tuple[int, bool | None, tuple[float, ...]]  # its number, whether an adult was asked, what


@lru_cache(maxsize=4)
def _by_domain(town: Town) -> dict[tuple[str, str, str], list[Part]]:
    says = dict(zip(KINDS, town.says, strict=True))
    nobody = says[HOMES[0], "", ()]
    members = {one: _less(says[HOMES[0], "", (one,)], nobody) for one in MEMBERS}
    found: list[tuple[bool | None, Says]] = [(None, said) for said in members.values()]
    found += [(False, says[home, "", ()]) for home in HOMES]
    rows = [next(row for row in ROWS if len(row) == size) for size in (1, 2)]
    for home, adult, row in product(HOMES, ADULTS[1:], rows):
        said = says[home, adult, row]
        for member in row:
            said = _less(said, members[member])
        found.append((True, said))
    by_domain: dict[tuple[str, str, str], list[Part]] = defaultdict(list)
    for number, (is_asked, said) in enumerate(found):
        for domain, sums in said.items():
            if any(sums):
                by_domain[town.domains[domain]].append((number, is_asked, sums))
    return by_domain


def _less(said: Says, other: Says) -> Says:
    nothing = (0.0,) * MEASURES
    return {
        domain: tuple(
            one - less
            for one, less in zip(said.get(domain, nothing), other.get(domain, nothing), strict=True)
        )
        for domain in {**said, **other}
    }


def _less_row(row: Row, other: Row) -> Row:
    found = {column: (row.get(column, 0) - other.get(column, 0)) % P for column in {**row, **other}}
    return {column: value for column, value in found.items() if value}
