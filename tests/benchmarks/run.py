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

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app import create_app
from app.config import Config
from app.db import close_db
from app.embedded import daemon
from tests.benchmarks import programme, report
from tests.benchmarks.measure import ROUNDS, Bench, read, submit
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
    """Print one line for each kind of request."""
    report.begin()
    sent = {"xhs_ho, indicators on": programme.TEMPLATE, "sixty questions": sixty_template()}
    for name, template in [] if only_reads else sent.items():
        report.line(name, [submit(bench, template, number) for number in range(ROUNDS)])
    for name, method, url, headers in bench.reads():
        report.line(name, [read(bench, method, url, *headers) for _ in range(ROUNDS)])


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
