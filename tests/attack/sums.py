"""What subtracting finds: every hidden figure that is a sum of shown ones, in exact arithmetic.

Unknown is how many households and people of each kind of answers a village has. Each number that is
shown is an equation about them, whatever place, group, indicator, measure or release it is of; a
hidden figure is found when it is a combination of these equations. An attacker is granted the
weights, and all digits of what is only shown rounded.
"""

from fractions import Fraction

from tests.attack.questionnaires import HOMES, KINDS, MEMBERS
from tests.attack.siege import Siege
from tests.attack.town import Key

P = 2**61 - 1
N, Y, X = 0, 1, 2
Column = tuple[int, int, int]  # village, state, and part of a kind
Row = dict[Column, int]
Part = dict[tuple[str, str, str], tuple[float, ...]]


def found_by_sums(siege: Siege) -> set[Key]:
    """The targets whose numerator follows from what is shown."""
    targets = siege.targets()
    if not targets:
        return set()
    system, parts = System(), _parts(siege)
    open_ = {
        at for at, places in enumerate(siege.town.around)
        if any(siege.is_hidden(key) for key in siege.every_key() if key.unit == places[0])
    }  # fmt: skip
    for key in siege.every_key():
        if not siege.is_hidden(key):
            for measure in range(len(next(iter(parts[0].values())))):
                system.add(_row(siege, parts, key, measure, open_))
    return {key for key in targets if not system.reduced(_row(siege, parts, key, Y, open_))}


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


def _row(siege: Siege, parts: list[Part], key: Key, measure: int, open_: set[int]) -> Row:
    row: Row = {}
    domain = (key.indicator, key.by, key.value)
    for at, state, weight in siege.weighed(key):
        if at not in open_:  # all of it is shown
            continue
        own = weight if measure in {Y, X} else Fraction(1)
        factor = own.numerator * pow(own.denominator, -1, P) % P
        for number, said in enumerate(parts):
            value = round(said[domain][measure]) if domain in said else 0
            if value:
                row[at, state, number] = value * factor % P
    return row


def _parts(siege: Siege) -> list[Part]:
    """What each household and each member says; whatever people say together is a sum of these."""
    says = dict(zip(KINDS, siege.town.says, strict=True))
    nobody = says[HOMES[0], ()]
    found = [says[home, ()] for home in HOMES]
    for member in MEMBERS:
        said = says[HOMES[0], (member,)]
        found.append({key: _less(sums, nobody.get(key)) for key, sums in said.items()})
    named = siege.town.domains
    return [{named[key]: sums for key, sums in part.items()} for part in found]


def _less(sums: tuple[float, ...], other: tuple[float, ...] | None) -> tuple[float, ...]:
    return tuple(one - (other[at] if other else 0.0) for at, one in enumerate(sums))
