"""What goes wrong, in random order: kills, a full disk, cut connections, a wrong clock."""

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress

from app.embedded.processes import alive, children_of, wait_until
from tests.crash.phones import Phones
from tests.crash.place import Place

KILLED = ("web", "worker", "valkey", "postgres")
LONGEST_QUIET = 8.0  # seconds without any trouble, while phones make no progress
SHORTEST_QUIET = 0.3
FULL_SECONDS = (0.5, 3.0)
SKEWS = (-86_400, -3_600, -30, 0, 5, 7_200, 172_800)


class Trouble:
    """Makes trouble at a pace set by the phones' progress; counts what it did."""

    def __init__(self, place: Place, phones: Phones, seed: int, *, every: float) -> None:
        self.done: Counter[str] = Counter()
        self._place = place
        self._phones = phones
        self._rng = random.Random(seed)
        self._every = every  # interviews between two troubles
        self._kinds: list[tuple[float, Callable[[], Awaitable[str]]]] = [
            (12, self._kill_a_program),
            (1, self._kill_the_supervisor),
            (2, self._cut_connections),
        ]
        if place.clock.works:
            self._kinds.append((1, self._skew_the_clock))
        if place.is_small:
            self._kinds.append((1, self._fill_the_disk))

    @property
    def kills(self) -> int:
        """How many processes were killed."""
        return sum(count for name, count in self.done.items() if name.startswith("kill"))

    async def make(self) -> None:
        """Trouble without end; cancel it when the phones are done."""
        weights = [weight for weight, _ in self._kinds]
        reached = 0.0
        while True:
            await self._progress(reached)
            reached = self._phones.acknowledged + self._every * self._rng.uniform(0.5, 1.5)
            (_, trouble) = self._rng.choices(self._kinds, weights)[0]
            self.done[await trouble()] += 1

    def end(self) -> None:
        """Put the clock right and free the disk; what was killed comes back by itself."""
        self._place.clock.set(0)
        self._place.free_the_disk()

    async def _progress(self, reached: float) -> None:
        waited = 0.0
        while waited < SHORTEST_QUIET or (
            self._phones.acknowledged < reached and waited < LONGEST_QUIET
        ):
            await asyncio.sleep(0.1)
            waited += 0.1

    async def _kill_a_program(self) -> str:
        name = self._rng.choice(KILLED)
        root = self._place.state().get(name)
        if root is None:
            return f"{name} was down already"
        # Any process of it: the first, or one of those it has made.
        pid = self._rng.choice([root, root, *_below(root)])
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return f"kill {name}" + ("" if pid == root else ", one of its processes")

    async def _kill_the_supervisor(self) -> str:
        pid = self._place.state().get("supervisor")
        if pid is None:
            return "supervisor was down already"
        os.kill(pid, signal.SIGKILL)
        await asyncio.to_thread(wait_until, lambda: not alive(pid), seconds=10)
        await asyncio.to_thread(self._place.start)
        return "kill supervisor"

    async def _cut_connections(self) -> str:
        self._phones.cut_connections()
        return "connections cut"

    async def _skew_the_clock(self) -> str:
        self._place.clock.set(self._rng.choice(SKEWS))
        return "clock set wrong"

    async def _fill_the_disk(self) -> str:
        self._place.fill_the_disk()
        await asyncio.sleep(self._rng.uniform(*FULL_SECONDS))
        self._place.free_the_disk()
        return "disk full"


def _below(pid: int) -> list[int]:
    return [found for child in children_of(pid) for found in (child, *_below(child))]
