"""The installation that is treated badly: a folder (a small file system, if root), its programs."""

import os
import shutil
import socket
import subprocess
from pathlib import Path
from typing import Any

from app.config import Config
from app.embedded import daemon, state
from app.embedded.processes import CannotRun
from tests.crash.clock import Clock

OWN_SETTINGS = ("DATABASE_URL", "REDIS_URL", "THONSO_HOST", "THONSO_PUBLIC_URL")
STARTS = 5  # a start right after a kill may find remains of the last one, or a full disk
CHUNK = 1 << 20


class Place:
    """One installation under test."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.clock = Clock(folder)
        self._data = folder / "data"
        self._data.mkdir(mode=0o700)
        self.is_small = _mount(self._data, megabytes)
        self._filler = self._data / "filler"
        for name in OWN_SETTINGS:
            os.environ.pop(name, None)
        os.environ |= {"THONSO_DATA": str(self._data), "THONSO_PORT": str(_free_port())}
        self.config = Config.from_environment()

    def start(self) -> dict[str, Any]:
        """Start what does not run, and wait until all of it answers."""
        problem = None
        for _ in range(STARTS):
            before = dict(os.environ)
            os.environ |= self.clock.environment()  # inherited by what is started, not by us
            try:
                return daemon.start(self.config)
            except CannotRun as error:
                problem = error
            finally:
                os.environ.clear()
                os.environ.update(before)
        assert problem is not None
        raise problem

    def state(self) -> dict[str, Any]:
        """Process numbers of what runs now; empty while the supervisor is down."""
        return state.read(self.config.data_dir) or {}

    def fill_the_disk(self) -> None:
        """Leave no byte free."""
        try:
            with self._filler.open("wb", buffering=0) as file:
                while file.write(bytes(CHUNK)):
                    pass
        except OSError:
            return

    def free_the_disk(self) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)

    def end(self) -> None:
        """Stop everything; the file system goes with its mount namespace."""
        daemon.stop(self.config.data_dir)


def _mount(folder: Path, megabytes: int) -> bool:
    if os.environ.get("CRASH_OWN_MOUNTS") != "yes":
        return False
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "crash", folder]
    return subprocess.run(command, check=False).returncode == 0


def own_mounts() -> list[str]:
    """What to put before a command so that its mounts vanish with it; nothing where not allowed."""
    prefix = ["unshare", "--mount"]
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("mount"):
        return []
    probe = [*prefix, "mount", "-t", "tmpfs", "crash", "/mnt"]
    return prefix if subprocess.run(probe, check=False, capture_output=True).returncode == 0 else []


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
