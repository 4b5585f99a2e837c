"""Treats an installation badly while phones send: `python tests/crash/run.py --interviews 50000`.

Programs are killed, the disk filled, connections cut and the clock set wrong, in an order that the
printed seed decides. At the end every acknowledged interview has to be there exactly once, whole,
and the sums have to be what a count of the phones' own copies gives; whatever happened, no answer
may have been a 500. Exit code 0, or 1.
"""

import argparse
import asyncio
import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

import psycopg

from app import create_app, ledger
from app.db import close_db
from tests.benchmarks import programme
from tests.crash import books
from tests.crash.interviews import Interview, interviews
from tests.crash.phones import Phones
from tests.crash.place import Place, own_mounts
from tests.crash.trouble import Trouble

SETTLE_SECONDS = 600
SHOWN = 20  # differences


def main() -> int:
    """Prepare, send and make trouble, compare, print; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interviews", type=int, default=2000)
    parser.add_argument("--troubles", type=int, help="about so many (default: one for 150)")
    parser.add_argument("--phones", type=int, default=24)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--logs", type=Path, help="folder for the programs' logs")
    asked = parser.parse_args()
    if "CRASH_OWN_MOUNTS" not in os.environ:
        prefix = own_mounts()
        settings = os.environ | {"CRASH_OWN_MOUNTS": "yes" if prefix else "no"}
        again = [*prefix, sys.executable, __file__, *sys.argv[1:], "--seed", str(asked.seed)]
        return subprocess.run(again, env=settings, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="thonso-crash-") as folder:
        # Room for the rows and their write-ahead log; all of it is given back at the end.
        place = Place(Path(folder), megabytes=1200 + asked.interviews // 20)
        try:
            return run(place, asked)
        finally:
            place.clock.set(0)
            place.free_the_disk()
            place.end()
            if asked.logs:
                shutil.copytree(place.config.data_dir / "log", asked.logs, dirs_exist_ok=True)
            if place.is_small:
                subprocess.run(["umount", "--lazy", place.config.data_dir], check=False)


def run(place: Place, asked: argparse.Namespace) -> int:
    """One run on a fresh installation; gives the exit code."""
    print(
        f"seed {asked.seed}: {asked.interviews} interviews from {asked.phones} phones", flush=True
    )
    if not place.is_small:
        print("SKIPPED: the disk is not filled, since no file system can be mounted here")
    if not place.clock.works:
        print("SKIPPED: the clock is not set wrong, since there is no C compiler")
    base_url = place.start()["base_url"]
    token = prepare(place, asked)
    ledger_of_phones = Ledger(interviews(asked.interviews, asked.seed))
    phones = Phones(iter(ledger_of_phones), asked.seed)
    phones.url = f"{base_url}/v1/key/{token}/projects/{programme.PROJECT}/submission"
    troubles = asked.troubles or max(8, asked.interviews // 150)
    trouble = Trouble(place, phones, asked.seed, every=asked.interviews / troubles)
    began = time.monotonic()
    asyncio.run(send(phones, trouble, asked.phones))
    place.start()
    sent = time.monotonic() - began
    owed = settle(place)
    settled = time.monotonic() - began - sent
    found = [] if owed.is_settled else [f"not settled after {SETTLE_SECONDS} s: {owed.counts()}"]
    found += books.compare(
        place.config, ledger_of_phones.promised, ledger_of_phones.newest, ledger_of_phones.sums
    )
    if bugs := phones.answers["500"]:
        found.append(f"{bugs} answers were a 500; the log of the web processes says why")
    print(f"sent in {sent:.0f} s, settled after {settled:.0f} s more")
    print("answers: " + _listed(phones.answers))
    print(f"{trouble.kills} kills; " + _listed(trouble.done))
    print(f"{len(ledger_of_phones.promised)} instances of {asked.interviews} interviews compared")
    for difference in found[:SHOWN]:
        print(f"WRONG: {difference}")
    print(f"{len(found)} differences")
    return 1 if found else 0


class Ledger:
    """Hands interviews out and notes what each must leave behind; all are sent in the end."""

    def __init__(self, source: Iterator[Interview]) -> None:
        self.promised: dict[str, books.Kept] = {}
        self.newest: list[str] = []
        self.sums: books.Sums = Counter()
        self._source = source

    def __iter__(self) -> Iterator[Interview]:
        """Each interview once, entered in the books when a phone takes it."""
        for interview in self._source:
            for version in interview.versions:
                self.promised[version.instance_id] = books.Kept(
                    hashlib.sha256(version.xml).digest(), version.photo_sha256
                )
            self.newest.append(interview.newest.instance_id)
            village = interview.household.rpartition("-")[0]
            self.sums.update(books.expect(village, interview.newest.xml))
            yield interview


def prepare(place: Place, asked: argparse.Namespace) -> str:
    """Forms, villages, households and the phones' token."""
    app = create_app(place.config)
    try:
        with app.app_context():
            made = programme.prepare()
            every = interviews(asked.interviews, asked.seed)
            programme.register(interview.household for interview in every)
            return made.sender
    finally:
        close_db(app)


async def send(phones: Phones, trouble: Trouble, count: int) -> None:
    """Let the phones send until all is acknowledged, and make trouble meanwhile."""
    making = asyncio.create_task(trouble.make())
    sending = asyncio.gather(*(phones.work() for _ in range(count)))
    try:
        await asyncio.wait({making, sending}, return_when=asyncio.FIRST_COMPLETED)
        if making.done():  # it has no end but an error
            making.result()
        await sending
    finally:
        sending.cancel()
        making.cancel()
        await asyncio.gather(making, sending, return_exceptions=True)
        trouble.end()


def settle(place: Place) -> ledger.Owed:
    """Wait until everything is processed; what is owed then."""
    until = time.monotonic() + SETTLE_SECONDS
    while True:
        try:
            with psycopg.connect(place.config.conninfo) as connection:
                owed = ledger.owed(connection)
        except psycopg.OperationalError:  # the last kill was a moment ago
            owed = None
        if owed and (owed.is_settled or time.monotonic() > until):
            return owed
        time.sleep(0.2)


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common())


if __name__ == "__main__":
    sys.exit(main())
