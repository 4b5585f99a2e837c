"""HTTP/1.1 connections that send their next request once the last is answered, or at a rate."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

HEADERS = "X-OpenRosa-Version: 1.0\r\nUser-Agent: org.odk.collect.android/v2026.2 (benchmark)\r\n"


@dataclass
class Result:
    """What a run found: seconds of each answered request, and how they were answered."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def milliseconds(self, share: float) -> float:
        """The latency that this share of the requests did not exceed."""
        ordered = sorted(self.seconds)
        return 1000 * ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def request(method: str, url: str, body: bytes = b"", *headers: str) -> bytes:
    """The bytes of a request."""
    where = urlsplit(url)
    path = where.path + (f"?{where.query}" if where.query else "")
    lines = [f"{method} {path} HTTP/1.1", f"Host: {where.netloc}", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + f"\r\n{HEADERS}\r\n").encode() + body


def run(url: str, requests: Iterable[bytes], connections: int) -> Result:
    """Send all requests over so many connections."""
    result = Result()
    asyncio.run(_run(url, iter(requests), connections, result))
    return result


def run_steadily(url: str, requests: Iterable[bytes], rate: float, connections: int) -> Result:
    """Send so many a second, whether or not those before are answered; seconds count from the time
    at which a request was to be sent.
    """
    result = Result()
    asyncio.run(_run_steadily(url, requests, rate, connections, result))
    return result


async def _run_steadily(
    url: str, requests: Iterable[bytes], rate: float, connections: int, result: Result
) -> None:
    due: asyncio.Queue[tuple[float, bytes] | None] = asyncio.Queue()
    workers = [asyncio.create_task(_work_off(url, due, result)) for _ in range(connections)]
    began = time.perf_counter()
    for number, raw in enumerate(requests):
        at = began + number / rate
        await asyncio.sleep(max(0.0, at - time.perf_counter()))
        due.put_nowait((at, raw))
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)


async def _work_off(
    url: str, due: asyncio.Queue[tuple[float, bytes] | None], result: Result
) -> None:
    where = urlsplit(url)
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    while (item := await due.get()) is not None:
        at, raw = item
        await _exchange(reader, writer, raw, at, result)
    writer.close()
    await writer.wait_closed()


async def _run(url: str, requests: Iterator[bytes], connections: int, result: Result) -> None:
    where = urlsplit(url)
    workers = (
        _work(where.hostname or "", where.port or 80, requests, result) for _ in range(connections)
    )
    await asyncio.gather(*workers)


async def _work(host: str, port: int, requests: Iterator[bytes], result: Result) -> None:
    reader, writer = await asyncio.open_connection(host, port)
    for raw in requests:
        await _exchange(reader, writer, raw, time.perf_counter(), result)
    writer.close()
    await writer.wait_closed()


async def _exchange(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    raw: bytes,
    began: float,
    result: Result,
) -> None:
    writer.write(raw)
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    if (follow := length(head)) and not raw.startswith(b"HEAD"):
        await reader.readexactly(follow)
    result.seconds.append(time.perf_counter() - began)
    result.statuses[status] += 1


def length(head: bytes) -> int:
    """How many bytes follow, by an answer's head."""
    lower = head.lower()
    start = lower.find(b"\r\ncontent-length:")
    if start < 0:
        return 0
    return int(lower[start + 17 :].partition(b"\r\n")[0])
