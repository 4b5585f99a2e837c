"""Log files that do not fill the disk."""

import contextlib
import os
import shutil
from pathlib import Path

LIMIT = 10_000_000  # bytes


def keep_short(log: Path) -> None:
    """Move a log that grew too long aside, to `.1`; its writers go on in the emptied file."""
    try:
        if log.stat().st_size <= LIMIT:
            return
    except FileNotFoundError:
        return
    with contextlib.suppress(OSError):  # a full disk: then room is what is needed most
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
    os.truncate(log, 0)  # the writers opened it for appending, so they go on at its new end
