"""What the kernel says about processes: who lives, who came from whom, who belongs to a folder."""

import contextlib
import os
import signal
import time
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

PROC = Path("/proc")
LAST_ONES_SECONDS = 15.0
MARK = "THONSO_CHILD_OF"  # environment variable that every process below a supervisor inherits


class CannotRun(Exception):
    """A server that cannot be started; the text says why and what to do."""


def alive(pid: int) -> bool:
    """Tell whether a process runs; one that ended and waits to be reaped does not."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return _state_and_parent(pid)[0] not in {"Z", "X"}


def children_of(parent: int) -> list[int]:
    """Living direct children of a process."""
    found = []
    for pid in _pids():
        state, its_parent = _state_and_parent(pid)
        if its_parent == parent and state not in {"Z", "X", ""}:
            found.append(pid)
    return found


def programs_in(directory: Path, names: frozenset[str]) -> list[int]:
    """Living processes of the given program names that work in a directory."""
    return [pid for pid in _pids() if _name(pid) in names and _works_in(pid, directory)]


def await_no_programs_in(directory: Path, names: frozenset[str]) -> None:
    """Wait for programs that outlive their killed server a little; one that stays is an error."""
    if not wait_until(lambda: not programs_in(directory, names), seconds=LAST_ONES_SECONDS):
        pids = ", ".join(map(str, programs_in(directory, names)))
        raise CannotRun(f"{directory} is in use by process {pids}; end it first.")


def marked(data_dir: Path) -> list[int]:
    """Living processes that a supervisor of this data folder started, at any depth."""
    mark = f"{MARK}={data_dir}".encode()
    return [pid for pid in _pids() if mark in _read(pid, "environ").split(b"\0")]


def end(find: Callable[[], Iterable[int]], *, patience: float = 10.0) -> None:
    """End the processes that `find` finds: asked first, killed when they outstay the patience."""
    asked: set[int] = set()
    deadline = time.monotonic() + patience
    while pids := set(find()):
        late = time.monotonic() > deadline
        for pid in pids if late else pids - asked:
            send(pid, signal.SIGKILL if late else signal.SIGTERM)
        asked |= pids
        time.sleep(0.02)


def reap(known: Collection[int | None]) -> None:
    """Take note of the end of adopted processes, so that they do not stay as zombies."""
    for pid in _pids():
        state, parent = _state_and_parent(pid)
        if parent == os.getpid() and state == "Z" and pid not in known:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait for a condition; false when it did not come in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def send(pid: int, number: int) -> None:
    """Send a signal to a process that may be gone already."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _pids() -> list[int]:
    if not PROC.is_dir():  # not Linux: the servers' own guards have to do
        return []
    return [int(path.name) for path in PROC.iterdir() if path.name.isdigit()]


def _read(pid: int, name: str) -> bytes:
    try:
        return (PROC / str(pid) / name).read_bytes()
    except OSError:  # it ended meanwhile, or is another user's
        return b""


def _state_and_parent(pid: int) -> tuple[str, int]:
    # "pid (name, which may hold spaces and brackets) state parent …"
    fields = _read(pid, "stat").rpartition(b")")[2].split()
    return (fields[0].decode(), int(fields[1])) if fields else ("", 0)


def _name(pid: int) -> str:
    return _read(pid, "comm").decode(errors="replace").strip()


def _works_in(pid: int, directory: Path) -> bool:
    try:
        return (PROC / str(pid) / "cwd").readlink() == directory
    except OSError:
        return False
