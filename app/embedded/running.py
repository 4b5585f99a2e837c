"""A server process started for the caller's own use, which ends with the caller."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.embedded import folder, leash
from app.embedded.processes import CannotRun

START_SECONDS = 120.0  # a long time, because recovery after a crash may be long
STOP_SECONDS = 30.0


@dataclass(slots=True)
class Running:
    """A server, its data folder and the signal that asks it to stop."""

    data_dir: Path
    process: subprocess.Popen[bytes]
    stop_signal: signal.Signals

    @property
    def pid(self) -> int:
        """Its process number."""
        return self.process.pid

    def stop(self) -> None:
        """Ask it to stop, and kill it when it does not."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        folder.forget_sockets(self.data_dir)


def leashed(command: list[str], last_signal: signal.Signals = signal.SIGTERM) -> list[str]:
    """Give the command line that sends the command a signal when this process dies."""
    return [
        sys.executable,
        "-I",
        "-S",
        leash.__file__,
        str(int(last_signal)),
        str(os.getpid()),
        *command,
    ]


def start_and_wait(
    command: list[str], *, ready: Callable[[], bool], log: Path
) -> subprocess.Popen[bytes]:
    """Start a server and wait until it is ready."""
    with log.open("ab") as file:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True
        )
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            process.wait()
            raise CannotRun(f"The server did not start. The end of {log}:\n{tail(log)}")
        time.sleep(0.02)
    return process


def tail(log: Path, lines: int = 15) -> str:
    """Last lines of a log."""
    try:
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
    except FileNotFoundError:
        return ""
