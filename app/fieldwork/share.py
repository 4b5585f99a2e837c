"""PURE. Shares households out among surveyors: evenly, and side by side where they live."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence


def share(
    households: Sequence[tuple[str, int]],
    workers: Mapping[int, Iterable[int]],
    carried: Mapping[int, int] | None = None,
) -> dict[str, int]:
    """By household code, the surveyor who gets it; those where nobody works get nobody.

    `households` are (code, village) in the order in which they are walked, `workers` by id the
    villages where each works, `carried` how many each has already. Whoever has fewest gets the next
    one; then each village is cut into one block for each surveyor, so that nobody crosses it twice.
    """
    load = {worker: (carried or {}).get(worker, 0) for worker in workers}
    works_in = {worker: set(villages) for worker, villages in workers.items()}
    by_village: dict[int, list[str]] = defaultdict(list)
    for code, village in households:
        by_village[village].append(code)
    given: dict[str, int] = {}
    for village in _scarcest_first(by_village, works_in):
        there = sorted(worker for worker, places in works_in.items() if village in places)
        blocks = dict.fromkeys(there, 0)
        for _ in by_village[village] if there else ():
            next_one = min(there, key=lambda worker: (load[worker], worker))
            load[next_one] += 1
            blocks[next_one] += 1
        codes = iter(by_village[village])
        given |= {next(codes): worker for worker, size in blocks.items() for _ in range(size)}
    return given


def _scarcest_first(
    villages: Mapping[int, Sequence[str]], works_in: Mapping[int, set[int]]
) -> list[int]:
    """Villages where few work come first, so that the others can even the loads out."""
    return sorted(villages, key=lambda v: (sum(v in w for w in works_in.values()), v))
