"""A day of many phones in some minutes: `python tests/benchmarks/phones.py` (half an hour).

Every phone synchronises each quarter of an hour while it is awake, as Collect does when it updates
its forms by itself: the list of forms, each form's manifest, and what of those has changed; then it
asks for each interview whether it may be sent, and sends it. Phones wake up in the morning, most of
them between six and half past seven, with what was filled in without signal the evening before.
Printed are the hours of the day, and for each kind of request how many there were and how long they
took. Time runs faster than in life (--speed): the load is that many times what such a day brings.
"""

import argparse
import asyncio
import itertools
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app.accounts.app_users import app_user_token, create_app_user
from app.db import db, transaction
from app.org_units.models import OrgUnit
from tests.benchmarks import load, programme, report, templates
from tests.benchmarks.machine import Meter
from tests.benchmarks.measure import KIND, Bench, settle
from tests.benchmarks.run import installation

HOUR = 3600.0
DAY = 24
SYNC_EVERY = HOUR / 4
WAKES, SLEEPS = (6.0, 7.5), (20.0, 22.5)  # o'clock
INTERVIEWS = 8  # of a phone in a day
LEFT_OVER = 3  # of those, sent in the morning
MANIFEST = re.compile(rb"<manifestUrl>([^<]+)</manifestUrl>")
FILE = re.compile(rb"<hash>([^<]+)</hash>\s*<downloadUrl>([^<]+)</downloadUrl>")


@dataclass
class Day:
    """A day that runs faster, and what was seen in it: seconds of each request by kind and hour."""

    speed: float
    began: float = field(default_factory=time.monotonic)
    seen: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def now(self) -> float:
        """Seconds since midnight."""
        return (time.monotonic() - self.began) * self.speed

    async def sleep_until(self, moment: float) -> None:
        """Wait for a moment of the day."""
        await asyncio.sleep(max(0.0, (moment - self.now()) / self.speed))

    def note(self, kind: str, status: int, seconds: float) -> None:
        """Keep what one request took."""
        self.seen[kind, int(self.now() // HOUR)].append(seconds)
        if status not in {200, 201, 204, 304}:
            self.refused[status] += 1


class Phone:
    """A surveyor's phone: what it has fetched, and what it has yet to send."""

    def __init__(self, day: Day, address: str, bodies: Iterator[bytes], chance: random.Random):
        self._day, self._address, self._bodies, self._chance = day, address, bodies, chance
        self._tags: dict[str, str] = {}
        self._documents: dict[str, bytes] = {}
        self._files: dict[str, bytes] = {}

    async def live(self) -> None:
        """Through one day."""
        wakes, sleeps = (self._chance.uniform(*span) * HOUR for span in (WAKES, SLEEPS))
        fills = [self._chance.uniform(wakes, sleeps) for _ in range(INTERVIEWS - LEFT_OVER)]
        done = sorted([wakes] * LEFT_OVER + fills)
        moment = wakes
        while moment < min(sleeps, DAY * HOUR):
            await self._day.sleep_until(moment)
            ready = [filled for filled in done if filled <= moment]
            done = done[len(ready) :]
            await self._synchronise(len(ready))
            moment += SYNC_EVERY

    async def _synchronise(self, interviews: int) -> None:
        where = urlsplit(self._address)
        self._line = await asyncio.open_connection(where.hostname, where.port)
        try:
            listed = await self._get("formList", f"{self._address}/formList")
            for manifest in MANIFEST.findall(listed):
                found = await self._get("manifest", manifest.decode())
                for hash_, url in FILE.findall(found):
                    await self._fetch(url.decode(), hash_)
            for body in itertools.islice(self._bodies, interviews):
                await self._ask("HEAD", "HEAD", f"{self._address}/submission")
                await self._ask("POST", "POST", f"{self._address}/submission", body, KIND)
        finally:
            self._line[1].close()

    async def _fetch(self, url: str, hash_: bytes) -> None:
        if self._files.get(url) != hash_:
            await self._get("file", url)
            self._files[url] = hash_

    async def _get(self, kind: str, url: str) -> bytes:
        known = [f"If-None-Match: {self._tags[url]}"] if url in self._tags else []
        head, body = await self._ask(kind, "GET", url, b"", *known)
        if head[9:12] == b"304":
            return self._documents[url]
        if tag := re.search(rb"(?i)^etag: (.+)\r$", head, re.MULTILINE):
            self._tags[url], self._documents[url] = tag[1].decode(), body
        return body

    async def _ask(
        self, kind: str, method: str, url: str, body: bytes = b"", *headers: str
    ) -> tuple[bytes, bytes]:
        reader, writer = self._line
        began = time.monotonic()
        writer.write(load.request(method, url, body, *headers))
        head = await reader.readuntil(b"\r\n\r\n")
        status = int(head[9:12])
        length = load.length(head)
        answer = await reader.readexactly(length) if length and method != "HEAD" else b""
        self._day.note(f"{kind} (304)" if status == 304 else kind, status, time.monotonic() - began)
        return head, answer


def main() -> None:
    """Prepare the phones, let a day pass, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--phones", type=int, default=3000)
    parser.add_argument("--speed", type=float, default=48.0, help="how much faster time runs")
    asked = parser.parse_args()
    with installation() as bench:
        print(f"{asked.phones} phones, {asked.speed:g} times as fast as in life")
        addresses = make_phones(bench, asked.phones)
        bodies = interviews(asked.phones)
        report.machine()
        meter, day = Meter(bench.pids), Day(asked.speed)
        asyncio.run(live(day, addresses, bodies))
        settle()
        show(day, meter)


async def live(day: Day, addresses: Sequence[str], bodies: Iterator[bytes]) -> None:
    """One day of all phones, and a look at the clock each hour."""
    chance = random.Random(1)
    phones = [Phone(day, address, bodies, random.Random(chance.random())) for address in addresses]
    await asyncio.gather(*(phone.live() for phone in phones))


def make_phones(bench: Bench, count: int) -> list[str]:
    """Addresses of so many new phones, each at work in one village."""
    with transaction():
        villages = [
            row.id
            for row in db.session.query(OrgUnit.id).where(
                OrgUnit.public_id.in_(programme.VILLAGE_IDS)
            )
        ]
        made = [
            create_app_user(
                programme.PROJECT,
                f"Phone {number}",
                f"phone{number}",
                f"P{number}",
                [villages[number % len(villages)]],
            )
            for number in range(count)
        ]
        tokens = [app_user_token(phone) for phone in made]
    return [f"{bench.base_url}/v1/key/{token}/projects/{programme.PROJECT}" for token in tokens]


def interviews(phones: int) -> Iterator[bytes]:
    """As many interviews as the phones may send, about registered households."""
    bodies = list(itertools.islice(templates.bodies(programme.TEMPLATE), phones * INTERVIEWS))
    programme.register(programme.households_in(bodies))
    return iter(bodies)


def show(day: Day, meter: Meter) -> None:
    """Print the hours, the kinds of requests, and what the whole day cost."""
    print("\nhour   requests   p50 ms   p99 ms")
    hours = sorted({hour for _, hour in day.seen})
    for hour in hours:
        _line(f"{hour:02}", [s for (_, h), many in day.seen.items() if h == hour for s in many])
    print("\nkind             requests   p50 ms   p99 ms")
    for kind in sorted({kind for kind, _ in day.seen}):
        _line(f"{kind:16}", [s for (k, _), many in day.seen.items() if k == kind for s in many])
    total = sum(len(many) for many in day.seen.values())
    cpu = meter.cpu()
    print(f"\n{total} requests, refused: {dict(day.refused) or 'none'}")
    for name, seconds in cpu.items():
        print(f"{name}: {seconds:.0f} s of CPU, {1000 * seconds / total:.3f} ms for each request")
    print(f"one core is busy for {100 * sum(cpu.values()) / (DAY * HOUR):.2f} % of such a day")


def _line(name: str, seconds: list[float]) -> None:
    found = load.Result(seconds)
    print(
        f"{name} {len(seconds):10} {found.milliseconds(0.5):8.1f} {found.milliseconds(0.99):8.1f}"
    )


if __name__ == "__main__":
    main()
