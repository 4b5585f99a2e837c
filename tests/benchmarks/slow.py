"""How normal phones fare among slow ones: `python tests/benchmarks/slow.py`, a minute on loopback.

Two thousand connections of phones on 3G, of ones that stall in the middle of a body, that break
off, and that say nothing; among them eight phones with a good signal. Then one phone that sends a
video of almost two gigabytes, as fast as it can. Printed: how long the eight waited until they had
their 201, refusals and retries included, and the web server's memory (PSS).
With --proxy the shipped nginx configuration stands in front.
"""

import argparse
import asyncio
import itertools
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from tests.benchmarks import load, machine, programme, templates
from tests.benchmarks.measure import Bench
from tests.benchmarks.run import installation

ROOT = Path(__file__).parents[2]
SECONDS = 40.0
SLOW = 2000
KINDS = ("3G", "3G", "stalled", "stalled", "broken off", "silent")
NORMAL, PAUSE = 8, 0.1
PHOTO = 40_000  # bytes of a slow phone's photo
VIDEO, PIECE = 1_900_000_000, 256 * 1024  # bytes, and of them at a time
RATE, STEP = 16_000, 0.25  # bytes per second on 3G, and seconds between two packets
AGAIN = 5.0  # seconds after which a slow phone tries again
CROWDS = {
    "alone": (),
    f"{SLOW} slow": tuple(itertools.islice(itertools.cycle(KINDS), SLOW)),
    "one video": ("video",),
}
KIND = f"Content-Type: multipart/form-data; boundary={templates.BOUNDARY}"


class Crowd:
    """All the phones, and what they met."""

    def __init__(self, url: str, bodies: Iterator[bytes]) -> None:
        self.url = url
        self.waited = load.Result()
        self.slow: Counter[str] = Counter()
        self._bodies = bodies
        self._until = time.monotonic() + SECONDS

    async def run(self, kinds: Iterable[str]) -> None:
        """Normal phones among others of these kinds, for a while."""
        self._until = time.monotonic() + SECONDS
        phones = [asyncio.create_task(self._slow(kind)) for kind in kinds]
        await asyncio.gather(*(self._normal() for _ in range(NORMAL)))
        for phone in phones:
            phone.cancel()
        await asyncio.gather(*phones, return_exceptions=True)

    async def _normal(self) -> None:
        while time.monotonic() < self._until:
            raw, began = self._request(), time.monotonic()
            while (answer := await self._send(raw, len(raw), 0)) != "201":
                self.waited.statuses[int(answer) if answer.isdigit() else 0] += 1
                await asyncio.sleep(0.5)
            self.waited.statuses[201] += 1
            self.waited.seconds.append(time.monotonic() - began)
            await asyncio.sleep(PAUSE)

    async def _slow(self, kind: str) -> None:
        while time.monotonic() < self._until:
            if kind == "3G":
                answer = await self._send(self._request(PHOTO), int(RATE * STEP), STEP)
            elif kind == "video":
                answer = await self._send(self._request(VIDEO), PIECE, 0)
            else:
                answer = await self._half(kind)
            self.slow[f"{kind}: {answer}"] += 1
            await asyncio.sleep(AGAIN)

    async def _half(self, kind: str) -> str:
        raw = self._request(PHOTO)
        sent = b"" if kind == "silent" else raw[: len(raw) // 2]
        try:
            reader, writer = await self._open()
            writer.write(sent)
            if kind == "broken off":
                await asyncio.sleep(1.0)
                writer.transport.abort()
                return "gone"
            head = await reader.read(16)
            writer.close()
        except OSError as error:
            return type(error).__name__
        return head[9:12].decode() or "ended"

    async def _send(self, raw: bytes, piece: int, pause: float) -> str:
        try:
            reader, writer = await self._open()
            for start in range(0, len(raw), piece):
                writer.write(raw[start : start + piece])
                await writer.drain()
                await asyncio.sleep(pause)
            head = await reader.readuntil(b"\r\n\r\n")
            writer.close()
            return head[9:12].decode()
        except (OSError, asyncio.IncompleteReadError) as error:
            return type(error).__name__

    async def _open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        where = urlsplit(self.url)
        return await asyncio.open_connection(where.hostname, where.port)

    def _request(self, photo: int = 0) -> bytes:
        body = next(self._bodies)
        if photo:
            body = templates.with_photo(body, bytes(photo))
        return load.request("POST", self.url, body, KIND)


def main() -> None:
    """Measure without and with the crowd, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--proxy", action="store_true", help="with nginx in front, as shipped")
    asked = parser.parse_args()
    with installation() as bench, _front(bench, proxy=asked.proxy) as base:
        url = bench.sending.replace(bench.base_url, base) + "/submission"
        bodies = templates.bodies(programme.TEMPLATE)
        print(f"{'':16}{'sent':>8}{'p50 ms':>8}{'p99 ms':>8}{'web PSS MB':>12}  answers")
        for name, kinds in CROWDS.items():
            crowd, most = Crowd(url, bodies), [0]
            asyncio.run(_watched(crowd, kinds, bench.pids["web"], most))
            found = crowd.waited
            print(
                f"{name:16}{len(found.seconds):8}{found.milliseconds(0.5):8.0f}"
                f"{found.milliseconds(0.99):8.0f}{most[0] / 2**20:12.0f}  {dict(found.statuses)}",
                flush=True,
            )
            print("".join(f"    {name} {count}\n" for name, count in sorted(crowd.slow.items())))


async def _watched(crowd: Crowd, kinds: Iterable[str], web: int, most: list[int]) -> None:
    async def watch() -> None:
        while True:
            most[0] = max(most[0], machine.memory(web))
            await asyncio.sleep(2.0)

    watching = asyncio.create_task(watch())
    await crowd.run(kinds)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


@contextmanager
def _front(bench: Bench, *, proxy: bool) -> Iterator[str]:
    """The address that phones speak to."""
    program = shutil.which("nginx")
    if not proxy:
        yield bench.base_url
        return
    assert program, "nginx is not installed"
    with tempfile.TemporaryDirectory(prefix="thonso-nginx-") as folder:
        Path(folder).chmod(0o755)  # the worker of nginx is another user
        text = (ROOT / "docs" / "nginx" / "compose.conf").read_text()
        text = text.replace("server web:8000", f"server {urlsplit(bench.base_url).netloc}")
        text = text.replace("listen 8080", "listen 127.0.0.1:8109")
        conf = Path(folder) / "nginx.conf"
        conf.write_text(text)
        options = ["-p", folder, "-c", conf, "-e", "stderr", "-g", f"daemon off; pid {folder}/pid;"]
        running = subprocess.Popen([program, *options])
        try:
            time.sleep(1.0)
            yield "http://127.0.0.1:8109"
        finally:
            running.terminate()
            running.wait()


if __name__ == "__main__":
    main()
