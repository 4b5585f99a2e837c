"""A day of many phones in some minutes: `python tests/benchmarks/phones.py` (half an hour).

Every phone synchronises each quarter of an hour while it is awake, as Collect does when it updates
its forms by itself: the list of forms, what of them is new, each form's manifest, and which of its
files have changed; then it asks for each interview whether it may be sent, and sends it. What is
not taken is sent again the next time. Phones wake up in the morning, between six and half past
seven, with the forms and lists of the evening before, and with what was filled in since without
signal. Two phones work in each village, whose households they have on a list. The hours before the
first of them are left out.
Printed are the hours of the day, and for each kind of request how many there were and how long they
took. Time runs faster than in life (--speed): the load is that many times what such a day brings.
"""

import argparse
import asyncio
import gzip
import itertools
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app.accounts.app_users import app_user_token, create_app_user
from app.db import driver, transaction
from tests.benchmarks import large, load, programme, report, templates
from tests.benchmarks.large import HOUSEHOLDS, Village, visited
from tests.benchmarks.machine import Meter
from tests.benchmarks.measure import KIND, Bench, settle
from tests.benchmarks.run import installation

HOUR = 3600.0
DAY = 24
SYNC_EVERY = HOUR / 4
WAKES, SLEEPS = (6.0, 7.5), (20.0, 22.5)  # o'clock
VILLAGE, COMMUNE, HOUSEHOLD = "@village@", "@commune@", "@household@"  # put in for each phone
BEGINS = 5.75  # o'clock
AT_ONCE = 8  # phones that fetch the evening before
INTERVIEWS = 8  # of a phone in a day
LEFT_OVER = 3  # of those, sent in the morning
MANIFEST = re.compile(rb"<manifestUrl>([^<]+)</manifestUrl>")
FILE = re.compile(rb"<hash>([^<]+)</hash>\s*<downloadUrl>([^<]+)</downloadUrl>")
MEDIA = re.compile(rb"<mediaFile(.*?)</mediaFile>", re.DOTALL)
PACKED = re.compile(rb"(?i)\r\ncontent-encoding: gzip\r")
ACKNOWLEDGED = {201, 202}


@dataclass
class Day:
    """A day that runs faster, and what was seen in it: seconds of each request by kind and hour."""

    speed: float
    began: float = field(default_factory=time.monotonic)
    seen: dict[tuple[str, int], list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    unsent: int = 0  # interviews that phones had left when they went to sleep

    def now(self) -> float:
        """Seconds since midnight."""
        return BEGINS * HOUR + (time.monotonic() - self.began) * self.speed

    async def sleep_until(self, moment: float) -> None:
        """Wait for a moment of the day."""
        await asyncio.sleep(max(0.0, (moment - self.now()) / self.speed))

    def note(self, kind: str, status: int, seconds: float) -> None:
        """Keep what one request took."""
        self.seen[kind, int(self.now() // HOUR)].append(seconds)
        if status not in {200, 204, 304, *ACKNOWLEDGED}:
            self.refused[status] += 1


class Phone:
    """A surveyor's phone: what it has fetched, and what it has yet to send."""

    _day: Day

    def __init__(self, address: str, bodies: list[bytes], chance: random.Random):
        self._address, self._bodies, self._chance = address, bodies, chance
        self._tags: dict[str, str] = {}
        self._documents: dict[str, bytes] = {}
        self._files: dict[str, bytes] = {}

    async def live(self, day: Day) -> None:
        """Through one day."""
        wakes, sleeps = (self._chance.uniform(*span) * HOUR for span in (WAKES, SLEEPS))
        fills = [self._chance.uniform(wakes, sleeps) for _ in self._bodies[LEFT_OVER:]]
        done = dict(zip(self._bodies, sorted([wakes] * LEFT_OVER + fills), strict=True))
        moment = wakes
        while moment < min(sleeps, DAY * HOUR):
            await day.sleep_until(moment)
            ready = [body for body, filled in done.items() if filled <= moment]
            for sent in await self.synchronise(day, ready):
                del done[sent]
            moment += SYNC_EVERY
        day.unsent += len(done)

    async def synchronise(self, day: Day, bodies: list[bytes]) -> list[bytes]:
        """Fetches what is new and sends what is filled in; those that are acknowledged."""
        self._day = day
        where = urlsplit(self._address)
        self._line = await asyncio.open_connection(where.hostname, where.port)
        try:
            listed = await self._get("formList", f"{self._address}/formList")
            await self._fetch("form.xml", listed)
            for manifest in MANIFEST.findall(listed):
                for file in MEDIA.findall(await self._get("manifest", manifest.decode())):
                    await self._fetch("file", file, is_shared=b'type="' in file)
            return [body for body in bodies if await self._send(body)]
        finally:
            self._line[1].close()

    async def _send(self, body: bytes) -> bool:
        await self._ask("HEAD", "HEAD", f"{self._address}/submission")
        head, _ = await self._ask("POST", "POST", f"{self._address}/submission", body, KIND)
        return int(head[9:12]) in ACKNOWLEDGED

    async def _fetch(self, kind: str, listed: bytes, *, is_shared: bool = False) -> None:
        """What of the listed is new; entity lists are one for all forms, as in Collect."""
        for hash_, url in FILE.findall(listed):
            place = url.rpartition(b"/")[2] if is_shared else url
            if self._files.get(place) != hash_:
                await self._get(kind, url.decode())
                self._files[place] = hash_

    async def _get(self, kind: str, url: str) -> bytes:
        known = [f"If-None-Match: {self._tags[url]}"] if url in self._tags else []
        head, body = await self._ask(kind, "GET", url, b"", "Accept-Encoding: gzip", *known)
        if head[9:12] == b"304":
            return self._documents[url]
        if PACKED.search(head):
            body = gzip.decompress(body)
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
        places = itertools.islice(itertools.cycle(visited()), asked.phones)
        phones = make_phones(bench, list(places))
        report.machine()
        chance = random.Random(1)
        all_phones = [
            Phone(address, bodies, random.Random(chance.random()))
            for address, bodies in phones.items()
        ]
        asyncio.run(evening(all_phones))
        meter, day = Meter(bench.pids), Day(asked.speed)
        asyncio.run(live(day, all_phones))
        settle()
        show(day, meter)


async def evening(phones: Sequence[Phone]) -> None:
    """Each phone fetches forms and lists, some phones at a time; nobody counts that."""
    left = iter(phones)

    async def some() -> None:
        for phone in left:
            await phone.synchronise(Day(1.0), [])

    await asyncio.gather(*(some() for _ in range(AT_ONCE)))


async def live(day: Day, phones: Sequence[Phone]) -> None:
    """One day of all phones."""
    await asyncio.gather(*(phone.live(day) for phone in phones))


def make_phones(bench: Bench, places: Sequence[Village]) -> dict[str, list[bytes]]:
    """A new phone at work in each of the villages: its address, and its interviews."""
    programme.register(f"{village}-{n}" for village, _ in set(places) for n in range(HOUSEHOLDS))
    with transaction():
        ids = dict(driver().execute("select public_id, id from org_units").fetchall())
        made = [
            create_app_user(
                programme.PROJECT, f"Phone {number}", f"phone{number}", f"P{number}", [ids[village]]
            )
            for number, (village, _) in enumerate(places)
        ]
        tokens = [app_user_token(phone) for phone in made]
    addresses = [
        f"{bench.base_url}/v1/key/{token}/projects/{programme.PROJECT}" for token in tokens
    ]
    return {
        address: list(itertools.islice(bodies, INTERVIEWS))
        for address, bodies in zip(addresses, interviews(places), strict=True)
    }


def interviews(places: Sequence[Village]) -> Iterator[list[bytes]]:
    """For each phone the interviews of its village, which two phones share between them."""
    pool = templates.bodies(large.template_of(VILLAGE, COMMUNE).replace("{{n}}", HOUSEHOLD))
    begun = Counter[Village]()
    for place in places:
        village, commune = (part.encode() for part in place)
        first = begun[place]
        begun[place] += INTERVIEWS
        yield [
            next(pool)
            .replace(VILLAGE.encode(), village)
            .replace(COMMUNE.encode(), commune)
            .replace(HOUSEHOLD.encode(), b"%d" % number)
            for number in range(first, first + INTERVIEWS)
        ]


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
    print(f"\n{total} requests, refused: {dict(day.refused) or 'none'}; {day.unsent} not sent")
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
