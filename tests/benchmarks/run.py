"""How fast it is on this machine: `python tests/benchmarks/run.py`, some minutes.

A fresh installation (durable, on a free port, in a folder of its own) takes submissions, is left to
settle, and answers what phones and readers ask. CPU is that of the server's process trees, without
the client's. With --serve the prepared installation stays, for another load tool.
"""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app import create_app
from app.config import Config
from app.db import close_db
from app.embedded import daemon
from tests.benchmarks import programme, report
from tests.benchmarks.floor import inserts_per_second
from tests.benchmarks.machine import memory
from tests.benchmarks.measure import (
    CONNECTIONS,
    MANY,
    PHOTO,
    ROUNDS,
    Bench,
    new_bodies,
    read,
    submit,
)
from tests.benchmarks.sixty import template as sixty_template

SERVED = 2500  # numbers that are registered in each village for another load tool


def main() -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--reads", action="store_true", help="measure no submissions")
    parser.add_argument("--serve", action="store_true", help="prepare, then wait for Ctrl-C")
    asked = parser.parse_args()
    with installation() as bench:
        if asked.serve:
            serve(bench)
        else:
            measure(bench, only_reads=asked.reads)


def measure(bench: Bench, *, only_reads: bool) -> None:
    """Print one line for each kind of request, then all of it beside the goals."""
    found: dict[str, float] = {"memory, idle": _megabytes(bench)}
    report.begin()
    if not only_reads:
        measure_submissions(bench, found)
    for name, method, url, headers in bench.reads():
        runs = [read(bench, method, url, *headers) for _ in range(ROUNDS)]
        report.line(name, runs)
        found[name] = report.cpu(runs)
    report.end(found)


def measure_submissions(bench: Bench, found: dict[str, float]) -> None:
    """Send interviews in four ways, and the same bytes past everything that we do with them.

    Each way has villages of its own, which its runs fill to 200 households, as many as in life.
    """
    kinds = {
        "CPU of a submission, settled": (programme.TEMPLATE, 0, CONNECTIONS),
        "the same, sixty questions": (sixty_template(), 0, CONNECTIONS),
        "the same, with a 100 KB photo": (programme.TEMPLATE, PHOTO, CONNECTIONS),
        "the same, 32 connections": (programme.TEMPLATE, 0, MANY),
    }
    for number, (name, (template, photo, connections)) in enumerate(kinds.items()):
        there = programme.elsewhere(template, number)
        runs = [
            submit(bench, new_bodies(bench, there, photo), connections=connections)
            for _ in range(ROUNDS)
        ]
        report.line(name, runs)
        found[name] = report.cpu(runs)
    found["memory, after the load"] = _megabytes(bench)
    found["settled, 32 connections"] = median(run.settled or 0 for run in runs)
    found["p99, 32 connections"] = median(run.p99 for run in runs)
    bodies = new_bodies(bench, programme.TEMPLATE)
    floor = median(inserts_per_second(bodies, MANY) for _ in range(ROUNDS))
    acknowledged = median(run.answered for run in runs)
    found["acknowledged, of the floor"] = 100 * acknowledged / floor
    print(f"floor: {floor:.0f} durable inserts of the same bytes per second, {MANY} connections")


def _megabytes(bench: Bench) -> float:
    """Memory of the whole stack, shared pages counted once."""
    return memory(bench.supervisor) / 1e6


def serve(bench: Bench) -> None:
    """Say how to reach the installation, and keep it until told to end."""
    programme.register(
        f"{village}-{number}"
        for village in programme.VILLAGE_IDS
        for number in range(1, SERVED + 1)
    )
    print(f"{bench.sending}/submission")
    print(f"template: {programme.TEMPLATE_FILE}, numbers 1 to {SERVED}")
    print(" ".join(f"--cpu {name}={pid}" for name, pid in bench.pids.items()))
    print(f"settled: THONSO_DATA={bench.data_dir} thonso queue status", flush=True)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        signal.pause()


@contextmanager
def installation() -> Iterator[Bench]:
    """A prepared installation that is gone afterwards; inside, the application's context."""
    for name in ("DATABASE_URL", "REDIS_URL", "THONSO_HOST", "THONSO_PORT", "THONSO_PUBLIC_URL"):
        os.environ.pop(name, None)
    with tempfile.TemporaryDirectory(prefix="thonso-benchmark-") as folder:
        os.environ["THONSO_DATA"] = folder
        config = Config.from_environment()
        running = daemon.start(config)
        app = create_app(config)
        try:
            with app.app_context():
                yield Bench.of(running, programme.prepare())
        finally:
            close_db(app)
            daemon.stop(config.data_dir)


if __name__ == "__main__":
    main()
