"""What a running supervisor says of itself: its lock, and `run/state.json`."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from app.embedded import folder
from app.embedded.processes import CannotRun, wait_until

LOCK_SECONDS = 1.0  # someone who only looks holds the lock for a moment


@contextlib.contextmanager
def lock(data_dir: Path) -> Iterator[None]:
    """Be the only supervisor of a data folder; raises CannotRun when there is one."""
    folder.prepare(data_dir)
    with _lock_file(data_dir).open("a+") as file:
        if not wait_until(lambda: _try(file, fcntl.LOCK_EX), seconds=LOCK_SECONDS):
            raise CannotRun(f"A supervisor runs on {data_dir} already.")
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def supervisor_of(data_dir: Path) -> int | None:
    """Process number of the data folder's supervisor, when one runs."""
    try:
        file = _lock_file(data_dir).open("r")
    except FileNotFoundError:
        return None
    with file:
        if _try(file, fcntl.LOCK_SH):
            return None
        return int(file.read() or 0) or None


def write(data_dir: Path, state: dict[str, Any]) -> None:
    """Replace the state in one rename."""
    draft = _state_file(data_dir).with_suffix(".new")
    draft.write_text(json.dumps(state, indent=1))
    draft.replace(_state_file(data_dir))


def read(data_dir: Path) -> dict[str, Any] | None:
    """State of the supervisor that runs now, None when none runs or it has not written any yet."""
    pid = supervisor_of(data_dir)
    try:
        state: dict[str, Any] = json.loads(_state_file(data_dir).read_text())
    except FileNotFoundError:
        return None
    return state if pid is not None and state["supervisor"] == pid else None


def forget(data_dir: Path) -> None:
    """Remove the state: nothing runs any more."""
    _state_file(data_dir).unlink(missing_ok=True)


def _try(file: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(data_dir: Path) -> Path:
    return data_dir / "run" / "supervisor.lock"


def _state_file(data_dir: Path) -> Path:
    return data_dir / "run" / "state.json"
