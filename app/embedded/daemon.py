"""Starting the supervisor in the background, and stopping it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from app.config import Config
from app.embedded import folder, state
from app.embedded.logs import keep_short
from app.embedded.processes import CannotRun, alive, send, wait_until

START_SECONDS = 240.0
STOP_SECONDS = 180.0  # more than the children's own patience together


def start(config: Config, *, hook: str | None = None) -> dict[str, Any]:
    """Start the installation when it does not run, wait until it answers, and give its state.

    The hook, `module:function`, is called with the state in the supervisor whenever it changes.
    """
    folder.prepare(config.data_dir)
    process = None if state.supervisor_of(config.data_dir) else _launch(config, hook)
    deadline = time.monotonic() + START_SECONDS
    while not (now := state.read(config.data_dir) or {}).get("ready"):
        _check(config.data_dir, process)
        if time.monotonic() > deadline:
            raise CannotRun(
                f"Not ready after {START_SECONDS:.0f} s; see `thonso status` and the logs."
            )
        time.sleep(0.05)
    return now


def stop(data_dir: Path) -> bool:
    """Stop the installation and wait until everything ended; false when it did not run."""
    pid = state.supervisor_of(data_dir)
    if pid is None:
        return False
    send(pid, signal.SIGTERM)
    if not wait_until(lambda: not alive(pid), seconds=STOP_SECONDS):
        raise CannotRun(f"The supervisor (process {pid}) did not stop; see the logs.")
    return True


def _launch(config: Config, hook: str | None) -> subprocess.Popen[str]:
    log = config.log_dir / "supervisor.log"
    keep_short(log)
    command = [sys.executable, "-P", "-m", "app.embedded", *([hook] if hook else [])]
    with log.open("ab") as file:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,  # why it gave up, if it does
            stderr=file,
            text=True,
            cwd=config.data_dir,
            env=os.environ | {"THONSO_DATA": str(config.data_dir)},
            start_new_session=True,
        )


def _check(data_dir: Path, process: subprocess.Popen[str] | None) -> None:
    if state.supervisor_of(data_dir) or (process and process.poll() is None):
        return
    said = process.communicate()[0].strip() if process else ""
    raise CannotRun(said or "The supervisor ended; see log/supervisor.log in the data folder.")
