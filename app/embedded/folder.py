"""The data folder and the folder of sockets: made, closed to others, and checked before use."""

import contextlib
import os
import pwd
import stat
from pathlib import Path

from app.config import socket_dir
from app.embedded.processes import CannotRun


def prepare(data_dir: Path) -> Path:
    """Make the data folder and its folder of sockets; gives the latter."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _refuse_a_foreign(data_dir)
    sockets = socket_dir(data_dir)
    for folder in {data_dir / "run", data_dir / "log", sockets}:
        folder.mkdir(mode=0o700, exist_ok=True)
        _refuse_a_foreign(folder)
    sockets.chmod(0o700)  # whoever reaches the sockets is let in without a password
    return sockets


def forget_sockets(data_dir: Path) -> None:
    """Remove the folder of sockets when it stands outside the data folder and is empty."""
    if socket_dir(data_dir).parent != data_dir:
        with contextlib.suppress(OSError):
            socket_dir(data_dir).rmdir()


def _refuse_a_foreign(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise CannotRun(f"{folder} is not a folder; move it away.")
    if found.st_uid != os.geteuid():
        raise CannotRun(
            f"{folder} belongs to {_name(found.st_uid)}, and this is {_name(os.geteuid())}: "
            f"run as {_name(found.st_uid)}, or choose another data folder with THONSO_DATA."
        )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"
