"""Prints the measurements as tables."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median

from app.db import db, driver
from tests.benchmarks import goals
from tests.benchmarks.measure import CONNECTIONS, PARTS, ROUNDS, Measured

WIDTH = 28


def begin() -> None:
    """Print the conditions and the columns' names."""
    machine()
    print(f"{CONNECTIONS} connections where nothing else is said, medians of {ROUNDS} runs;")
    print("CPU in milliseconds per request\n")
    columns = ("per s", "settled/s", "p50 ms", "p99 ms", *PARTS, "all", "spread")
    print(" " * WIDTH + "".join(f"{column:>10}" for column in columns))


def machine() -> None:
    """Print what it runs on, and how busy that is."""
    print(f"{_processor()}, {os.cpu_count()} cores, {_memory()}; {_versions()}")
    print(f"load before: {os.getloadavg()[0]:.1f}")


def cpu(runs: Sequence[Measured]) -> float:
    """CPU ms of one request, all parts together; the median of the runs."""
    return median(sum(run.cpu.values()) for run in runs)


def end(found: Mapping[str, float]) -> None:
    """Print what was found beside the goals, ready for `docs/performance.md`."""
    print(f"\nload after: {os.getloadavg()[0]:.1f}\n")
    print("\n".join(goals.table(found)))


def line(name: str, runs: Sequence[Measured]) -> None:
    """Print the medians of some runs, and how far their CPU lies apart."""
    totals = [sum(run.cpu.values()) for run in runs]
    settled = [run.settled for run in runs if run.settled is not None]
    cells = [
        f"{median(run.answered for run in runs):.0f}",
        f"{median(settled):.0f}" if settled else "",
        f"{median(run.p50 for run in runs):.1f}",
        f"{median(run.p99 for run in runs):.1f}",
        *(f"{median(run.cpu[part] for run in runs):.2f}" for part in PARTS),
        f"{median(totals):.2f}",
        f"{max(totals) - min(totals):.2f}",
    ]
    print(f"{name:{WIDTH}}" + "".join(f"{cell:>10}" for cell in cells), flush=True)


def _processor() -> str:
    for row in Path("/proc/cpuinfo").read_text().splitlines():
        if row.startswith("model name"):
            return row.partition(":")[2].strip()
    return platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"


def _versions() -> str:
    (postgres,) = driver().execute("show server_version").fetchone() or ("?",)
    db.session.rollback()
    parts = [f"Python {platform.python_version()}", f"PostgreSQL {postgres}"]
    return ", ".join([*parts, f"granian {version('granian')}", f"Linux {platform.release()}"])
