"""How fast places of a day are read: the whole tree, and look-ups in it, in CPU of this process.

python tests/benchmarks/places.py          on a running installation (`thonso run`)
"""

import random
import time
from datetime import date

from app import create_app
from app.config import Config
from app.org_units.tree import read_tree

DAYS = (date(2024, 6, 1), date(2026, 6, 1))
ROUNDS = 10
LOOKUPS = 100_000


def main() -> None:
    """Prints milliseconds for each tree, and look-ups per second."""
    with create_app(Config.from_environment()).app_context():
        for on in DAYS:
            read_tree(on)  # plans and pages are warm
            took = []
            for _ in range(ROUNDS):
                began = time.perf_counter(), time.process_time()
                tree = read_tree(on)
                took.append((time.perf_counter() - began[0], time.process_time() - began[1]))
            wall, cpu = (min(column) * 1000 for column in zip(*took, strict=True))
            print(f"{on}: {len(tree.places)} places in {wall:.1f} ms, {cpu:.1f} ms of our CPU")
            codes = random.Random(1).choices(list(tree.by_code), k=LOOKUPS)
            start = time.process_time()
            for code in codes:
                next(tree.ancestors(tree.by_code[code].id), None)
            rate = LOOKUPS / (time.process_time() - start)
            print(f"{on}: {rate:,.0f} look-ups of a code and its parent per second")


if __name__ == "__main__":
    main()
