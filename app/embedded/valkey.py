"""The embedded Valkey of a data folder: a socket only, every write kept in an append-only file."""

import contextlib
import signal
import socket
from pathlib import Path

from app.config import embedded_queue_url, socket_dir
from app.embedded import folder
from app.embedded.processes import await_no_programs_in
from app.embedded.programs import valkey_program
from app.embedded.running import Running, leashed, start_and_wait

NAMES = frozenset({"valkey-server", "redis-server"})
SETTINGS = {
    "port": "0",
    "unixsocketperm": "700",
    "appendonly": "yes",
    "appendfsync": "everysec",
    "save": "",
    "maxmemory-policy": "noeviction",
    "daemonize": "no",
    "logfile": "",
}


class RunningValkey(Running):
    """A Valkey that was started here."""

    @property
    def url(self) -> str:
        """Address for redis-py."""
        return embedded_queue_url(self.data_dir)


def start(data_dir: Path) -> RunningValkey:
    """Start the Valkey of a data folder and wait until it answers."""
    prepare(data_dir)
    process = start_and_wait(command(data_dir), ready=lambda: ready(data_dir), log=log(data_dir))
    return RunningValkey(data_dir, process, signal.SIGTERM)


def prepare(data_dir: Path) -> None:
    """Make the folder, and see the last one's processes out."""
    folder.prepare(data_dir)
    files(data_dir).mkdir(mode=0o700, exist_ok=True)
    await_no_programs_in(files(data_dir), NAMES)


def command(data_dir: Path) -> list[str]:
    """Command line of the server; it does not go to the background."""
    places = {"dir": str(files(data_dir)), "unixsocket": str(_socket(data_dir))}
    options = [part for name, value in (SETTINGS | places).items() for part in (f"--{name}", value)]
    return leashed([valkey_program(), *options])


def ready(data_dir: Path) -> bool:
    """Tell whether the server answers and has read its file."""
    with contextlib.closing(socket.socket(socket.AF_UNIX)) as connection:
        connection.settimeout(2.0)
        try:
            connection.connect(str(_socket(data_dir)))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        except OSError:
            return False


def files(data_dir: Path) -> Path:
    """Where the append-only file is."""
    return data_dir / "valkey"


def log(data_dir: Path) -> Path:
    """Where the server writes its messages."""
    return data_dir / "log" / "valkey.log"


def _socket(data_dir: Path) -> Path:
    return socket_dir(data_dir) / "valkey.sock"
