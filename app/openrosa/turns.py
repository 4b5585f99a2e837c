"""Phones' questions take turns: of a thousand at once, each would hold up all the others.

A process answers one at a time, whatever the number of its threads (the interpreter has one lock),
and each thread more that waits for that lock makes the next change of threads dearer. In a morning
on which 3,000 phones asked 48 times as often as in life, a thousand threads did less than half of
what a few do. Uploads have a measure of their own (`patience`): most of their time they wait for a
phone.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from app.openrosa.patience import Crowded

AT_ONCE = 8  # of a process: enough to have one at work while the others wait for the database
LONGEST = 10.0  # seconds; who has not come to their turn by then is told when to come again

_turns = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def turn() -> Iterator[None]:
    """Waits, first come first served, until a question may be answered; `Crowded` if too long."""
    if not _turns.acquire(timeout=LONGEST):
        raise Crowded
    try:
        yield
    finally:
        _turns.release()
