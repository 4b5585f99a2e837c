"""The web server's process: `python -m app.embedded.web [DESCRIPTOR]`, granian and the application.

The supervisor keeps the listening socket and hands it down as a descriptor, so that phones wait
instead of being refused while the web server is started again. Without one it listens itself.
"""

import gc
import multiprocessing
import os
import resource
import socket
import sys
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

from app.config import Config
from app.embedded.ports import BACKLOG, listen

MOST_WORKERS = 4
# A phone with a weak signal holds a thread for as long as it uploads, and little else (about
# 0.1 MB), so there may be a thousand. `app.openrosa.patience` ends those that fall silent and
# refuses before the threads are used up. They are started when needed; idle ones end by themselves.
THREADS = 1024
CONNECTIONS = 2048  # of each process; those beyond wait in the kernel
LIFETIME = 6 * 3600  # seconds
STOP_SECONDS = 15


class Web(MPServer):
    """granian on a listening socket that is open already, shared by its workers."""

    _sfd: Any
    _shd: Any

    def __init__(self, listening: socket.socket) -> None:
        super().__init__(
            "app.wsgi:application",
            interface=Interfaces.WSGI,
            http=HTTPModes.http1,
            workers=min(os.cpu_count() or 1, MOST_WORKERS),
            blocking_threads=THREADS,
            backlog=BACKLOG,
            backpressure=CONNECTIONS,
            log_level=LogLevels.error,
            respawn_failed_workers=True,
            workers_lifetime=LIFETIME,
            workers_kill_timeout=STOP_SECONDS,
        )
        self._listening = listening

    def _init_shared_socket(self) -> None:
        # What granian itself does with a Unix socket: open it once, hand it to each worker.
        self._listening.set_inheritable(True)
        self._sso = self._listening
        self._sfd = self._listening.fileno()
        self._shd = SocketHolder(self._sfd, False, BACKLOG)  # type: ignore[call-arg]


def main(descriptor: int | None) -> None:
    """Serve until told to stop."""
    if descriptor is None:
        listening = listen(Config.from_environment())
    else:
        listening = socket.socket(fileno=descriptor)
    _allow_many_connections()
    _import_doors()
    gc.freeze()
    multiprocessing.set_start_method("fork")
    Web(listening).serve()


def _import_doors() -> None:
    """Before the workers are forked, so that they share the memory.

    Modules only: what opens a connection or starts a thread belongs to one process.
    """
    import_module("app.schema").import_models()
    for package in {door.rpartition(".")[0] for door in import_module("app").DOORS}:
        for module in walk_packages(import_module(package).__path__, f"{package}."):
            import_module(module.name)


def _allow_many_connections() -> None:
    """Raise the limit on open files, where shells set it low, to what the connections need."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * CONNECTIONS if hard == resource.RLIM_INFINITY else min(2 * CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else None)
