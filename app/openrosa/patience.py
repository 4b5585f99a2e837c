"""Time limits for uploads: a phone that falls silent gives its thread back.

The server reads each body in a thread and knows no time limit for it, nor tells which connection a
request came by. So a thread of each process looks, while uploads are in hand, for connections that
the kernel (tcp(7), TCP_INFO) says are silent in the middle of a request, and ends them.
"""

import os
import socket
import stat
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Self

from app.errors import NotReady

# Of the 1,024 threads of a process (`embedded.web`); the rest answers other requests. Large bodies
# take long: they leave room for small ones, so that one phone's videos do not hold up the
# interviews of others.
MOST_AT_ONCE, MOST_LARGE = 960, 32
LARGE = 1024**2  # bytes
PATIENCE = 30.0  # seconds without a byte in the middle of a body
CROWDED, SHORT_PATIENCE = 480, 8.0  # from so many at once, others begin to wait
LOOK_EVERY = 1.0  # seconds
TCP_ESTABLISHED = 1


class Crowded(NotReady):
    """More uploads are in hand than can be read at once; nothing of this one was read."""


@dataclass(slots=True)
class Reading:
    """An upload in hand: whether it is large, and when something of it was read last."""

    large: bool
    heard: float


_hand: dict[int, Reading] = {}
_numbers = count()
_lock = threading.Lock()
_looker: list[threading.Thread] = []


@contextmanager
def taking_in(length: int | None) -> Iterator[Reading]:
    """Counts an upload of so many bytes as in hand; `Crowded` when there are too many already."""
    large = length is None or length > LARGE
    in_hand = list(_hand.values())
    if len(in_hand) >= MOST_AT_ONCE or (large and sum(r.large for r in in_hand) >= MOST_LARGE):
        raise Crowded
    if not _looker:
        _start_looking()
    number = next(_numbers)
    _hand[number] = reading = Reading(large, time.monotonic())
    try:
        yield reading
    finally:
        del _hand[number]


def _start_looking() -> None:
    with _lock:
        if not _looker:
            looker = threading.Thread(target=_look_for_ever, name="patience", daemon=True)
            with suppress(RuntimeError):  # no room for a thread: the next upload tries again
                looker.start()
                _looker.append(looker)


def _look_for_ever() -> None:
    while True:
        time.sleep(LOOK_EVERY)
        in_hand = list(_hand.values())
        patience = SHORT_PATIENCE if len(in_hand) >= CROWDED else PATIENCE
        limit = time.monotonic() - patience
        if late := sum(reading.heard < limit for reading in in_hand):
            with suppress(OSError):  # so much is open that nothing can be looked at: in a second
                end_silent(patience, late)


def end_silent(patience: float, most: int) -> int:
    """Ends connections that are silent for so many seconds within a request; how many it ended."""
    silent = [found for found in _connections() if found.silent > patience and found.is_asking]
    # An upload has sent more than somebody who waits for a long answer.
    silent.sort(key=lambda found: -found.received)
    for found in silent[:most]:
        found.end()
    return len(silent[:most])


@dataclass(frozen=True, slots=True)
class Connection:
    """One TCP connection of this process, as the kernel sees it."""

    descriptor: int
    inode: int
    silent: float  # seconds since bytes came
    quiet: float  # seconds since bytes went
    received: int  # bytes

    @classmethod
    def of(cls, descriptor: int) -> Self | None:
        """What is behind a descriptor; nothing when it is no established connection."""
        status = os.fstat(descriptor)
        if not stat.S_ISSOCK(status.st_mode):
            return None
        with socket.socket(fileno=os.dup(descriptor)) as connection:
            if connection.family not in {socket.AF_INET, socket.AF_INET6}:
                return None
            info = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 136)
        sent, _, came = struct.unpack_from("3I", info, 44)
        (received,) = struct.unpack_from("Q", info, 128)
        if info[0] != TCP_ESTABLISHED:
            return None
        return cls(descriptor, status.st_ino, came / 1000, sent / 1000, received)

    @property
    def is_asking(self) -> bool:
        """Whether the last to speak was the other side: it is in a request, not between two."""
        return self.quiet >= self.silent

    def end(self) -> None:
        """Ends it for both sides; what reads from it sees its end."""
        with suppress(OSError), socket.socket(fileno=os.dup(self.descriptor)) as connection:
            if os.fstat(connection.fileno()).st_ino == self.inode:  # not another's by now
                connection.shutdown(socket.SHUT_RDWR)


def _connections() -> Iterator[Connection]:
    if not hasattr(socket, "TCP_INFO"):  # not Linux: put a buffering proxy in front
        return
    for link in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed meanwhile
            if found := Connection.of(int(link.name)):
                yield found
