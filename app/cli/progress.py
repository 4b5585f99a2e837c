"""Shows how far something has come: one line that counts on a terminal, a few lines elsewhere."""

import sys
import threading
import time
from typing import Self

import click

REDRAW_SECONDS = 0.1
LINES = 4  # of a whole count, where nothing can be drawn over


class Progress:
    """Counts steps, from any thread, towards a number that is known before."""

    def __init__(self, label: str, total: int) -> None:
        self.label = label
        self.total = total
        self.done = 0
        self._began = self._drawn = time.monotonic()
        self._lock = threading.Lock()
        self._terminal = sys.stdout.isatty()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        if self._terminal:
            self._draw()
            click.echo()

    def step(self, count: int = 1) -> None:
        """So many more are done."""
        with self._lock:
            self.done += count
            if self._is_due(self.done - count):
                self._draw()

    def _is_due(self, before: int) -> bool:
        if self._terminal:
            return time.monotonic() - self._drawn > REDRAW_SECONDS
        total = max(self.total, 1)
        return self.done * LINES // total > before * LINES // total

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        text = f"{self.label}: {self.done} of {self.total}, {self._drawn - self._began:.0f} s"
        click.echo(f"\r{text}" if self._terminal else text, nl=not self._terminal)
