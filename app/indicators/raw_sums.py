"""PURE. Sums of a village from what its interviews say, without the database's arithmetic.

The same numbers as `VillageSum`, by another way: whoever doubts the stored ones compares.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import fsum, isclose
from typing import Any, NamedTuple

from app.indicators.cells import Cell

CLOSE = 1e-9
COUNTS = ("m", "n", "dont_know", "refused", "blank", "irrelevant")
NUMBERS = (
    "y", "x", "yy", "xy", "xx", "w", "ww", "element_yy", "element_xy", "element_xx",
)  # fmt: skip


class Said(NamedTuple):
    """What one interview says to one domain, and where and for how many it counts."""

    key: Any  # part of the sample, and domain
    household: str
    weight: float
    cell: Cell


@dataclass(frozen=True, slots=True)
class Drift:
    """A number that is stored otherwise than it follows from the interviews."""

    key: Any
    name: str
    stored: float
    expected: float


def sum_up(said: Iterable[Said]) -> dict[Any, dict[str, float]]:
    """By key, the numbers of its row; several persons of a household are one unit."""
    rows: dict[Any, list[Said]] = defaultdict(list)
    for one in said:
        rows[one.key].append(one)
    return {key: _row(inside) for key, inside in rows.items()}


def _row(said: list[Said]) -> dict[str, float]:
    homes: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        homes[one.household].append(one)
    totals = [
        (fsum(o.weight * o.cell.y for o in home), fsum(o.weight * o.cell.x for o in home))
        for home in homes.values()
        if any(o.cell.n for o in home)
    ]
    m = len(totals)
    y, x = (fsum(pair[side] for pair in totals) for side in (0, 1))
    off = [(a - y / m, b - x / m) for a, b in totals]
    counts = {name: sum(getattr(o.cell, name) for o in said) for name in COUNTS[1:]}
    elements = {
        f"element_{name}": fsum(o.weight * getattr(o.cell, name) for o in said)
        for name in ("yy", "xy", "xx")
    }
    return {
        "m": m, "y": y, "x": x,
        "yy": fsum(a * a for a, _ in off),
        "xy": fsum(a * b for a, b in off),
        "xx": fsum(b * b for _, b in off),
        "w": fsum(o.weight * o.cell.n for o in said),
        "ww": fsum(o.weight**2 * o.cell.n for o in said),
        **counts, **elements,
    }  # fmt: skip


def compare(
    stored: dict[Any, dict[str, float]], expected: dict[Any, dict[str, float]]
) -> list[Drift]:
    """Every number that differs by more than rounding; a row that is not there is of zeros."""
    nothing = dict.fromkeys((*COUNTS, *NUMBERS), 0.0)
    pairs = [
        (key, stored.get(key, nothing), expected.get(key, nothing))
        for key in sorted(stored.keys() | expected.keys(), key=repr)
    ]
    return [
        Drift(key, name, here[name], there[name])
        for key, here, there in pairs
        for name in (*COUNTS, *NUMBERS)
        if not _is_same(name, here, there)
    ]


def _is_same(name: str, here: dict[str, float], there: dict[str, float]) -> bool:
    if name in COUNTS:
        return here[name] == there[name]
    # What is left of centred squares is rounding, as small as the squares are large.
    size = {"yy": there["y"] ** 2, "xx": there["x"] ** 2, "xy": abs(there["y"] * there["x"])}
    return isclose(here[name], there[name], rel_tol=CLOSE, abs_tol=1e-12 * size.get(name, 1.0))
