"""Attacks many towns: `python tests/attack/run.py --worlds 1000`.

Every world is of small counts that chance chose; what leaks is printed with its seed.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app import create_app
from app.config import Config
from app.db import close_db, transaction
from app.embedded import postgres, valkey
from app.org_units.load import load_units
from app.schema import upgrade
from tests.attack.attack import Report, attack
from tests.attack.doors import Doors
from tests.attack.questionnaires import INDICATORS
from tests.attack.town import HOMES, VILLAGES, build
from tests.attack.worlds import LARGE, SHAPES, random_world


def main() -> int:
    """Prepare, attack, print; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1, help="of the first world")
    parser.add_argument("--doors", type=int, default=0, help="questions to each route; 0: none")
    parser.add_argument("--told", type=int, default=50, help="worlds between two lines")
    parser.add_argument("--shape", choices=sorted({*SHAPES, LARGE}), help="of all worlds")
    parser.add_argument("--indicators", default=",".join(INDICATORS))
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="thonso-attack-") as folder:
        data = Path(folder)
        database, queue = postgres.start(data, durable=False), valkey.start(data)
        config = Config(data_dir=data, database_url=None, secret_key="a key for attacks")
        try:
            upgrade(config.sqlalchemy_url)
            return run(config, asked)
        finally:
            queue.stop()
            if database is not None:
                database.stop()


def run(config: Config, asked: argparse.Namespace) -> int:
    """All worlds, one after the other."""
    app = create_app(config)
    app.testing = True
    whole, began = Report(), time.monotonic()
    with app.app_context():
        with transaction():
            load_units()
        town = build(tuple(asked.indicators.split(",")))
        doors = Doors(app, town) if asked.doors else None
        print(f"built in {time.monotonic() - began:.1f} s", flush=True)
        for seed in range(asked.seed, asked.seed + asked.worlds):
            world = random_world(seed, len(VILLAGES), HOMES, asked.shape)
            found = attack(town, world, doors, asked.doors, seed)
            whole.add(found)
            for leak in found.leaks:
                print(leak, flush=True)
            if whole.worlds % asked.told == 0:
                print(_told(whole, began), flush=True)
    close_db(app)
    print(_told(whole, began))
    return 1 if whole.leaks else 0


def _told(report: Report, began: float) -> str:
    ways = ", ".join(f"{count} {how}" for how, count in sorted(report.ways.items()))
    return (
        f"{report.worlds} worlds, {report.hidden} figures withheld"
        f" ({report.certain} all or nothing), {report.differences} differences about few,"
        f" {report.twins} twins, {report.answers} answers of doors; leaks: {ways or 'none'};"
        f" {time.monotonic() - began:.0f} s"
    )


if __name__ == "__main__":
    sys.exit(main())
