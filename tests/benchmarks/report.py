"""Prints the measurements as a table."""

import os
from collections.abc import Sequence
from statistics import median

from tests.benchmarks.measure import CONNECTIONS, PARTS, ROUNDS, Measured

WIDTH = 28


def begin() -> None:
    """Print the conditions and the columns' names."""
    print(f"{os.cpu_count()} cores, {CONNECTIONS} connections, medians of {ROUNDS} runs;")
    print(f"load before: {os.getloadavg()[0]:.1f}; CPU in milliseconds per request\n")
    columns = ("per s", "settled/s", "p50 ms", "p99 ms", *PARTS, "all", "spread")
    print(" " * WIDTH + "".join(f"{column:>10}" for column in columns))


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
