"""Phones that send until they are told 201 or 202, over connections that break at any moment."""

import asyncio
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit

from tests.benchmarks import load, templates
from tests.crash.interviews import Interview

KIND = f"Content-Type: multipart/form-data; boundary={templates.BOUNDARY}"
ACKNOWLEDGED = {201, 202}
PATIENCE = 30.0  # seconds for an answer
CUT_SHARE = 0.02  # of the POSTs that a phone breaks off by itself


class Phones:
    """Some phones that share a heap of interviews; counts what was acknowledged."""

    def __init__(self, heap: Iterator[Interview], seed: int) -> None:
        self.url = ""
        self.acknowledged = 0
        self.answers: Counter[str] = Counter()
        self.open: set[asyncio.StreamWriter] = set()
        self._heap = heap
        self._rng = random.Random(seed)

    async def work(self) -> None:
        """One phone: sends interview after interview until the heap is empty."""
        for interview in self._heap:
            for body in interview.posts:
                await self._until_acknowledged(body)
            self.acknowledged += 1

    def cut_connections(self) -> int:
        """Break every connection, wherever its request stands; how many there were."""
        cut = list(self.open)
        for writer in cut:
            writer.transport.abort()
        return len(cut)

    async def _until_acknowledged(self, body: bytes) -> None:
        pause = 0.05
        while True:
            try:
                status = await asyncio.wait_for(self._send(body), PATIENCE)
            except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
                answer = type(error).__name__
            else:
                answer = str(status)
            self.answers[answer] += 1
            if answer.isdigit() and int(answer) in ACKNOWLEDGED:
                return
            assert answer not in {"403", "404", "413"}, f"a phone would give up: {answer}"
            await asyncio.sleep(pause * self._rng.uniform(0.5, 1.5))
            pause = min(2 * pause, 2.0)

    async def _send(self, body: bytes) -> int:
        where = urlsplit(self.url)
        reader, writer = await asyncio.open_connection(where.hostname, where.port)
        self.open.add(writer)
        try:
            raw = load.request("POST", self.url, body, KIND)
            if self._rng.random() < CUT_SHARE:
                writer.write(raw[: self._rng.randrange(len(raw))])
                await writer.drain()
                raise ConnectionAbortedError
            writer.write(raw)
            head = await reader.readuntil(b"\r\n\r\n")
            return int(head[9:12])
        finally:
            self.open.discard(writer)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
