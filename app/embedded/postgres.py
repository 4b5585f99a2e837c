"""The embedded PostgreSQL of a data folder: sockets only, reachable by its owner only."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

from app.config import embedded_database_url, socket_dir
from app.embedded import folder, identity
from app.embedded.processes import PROC, CannotRun, await_no_programs_in
from app.embedded.programs import postgres_programs
from app.embedded.running import Running, leashed, start_and_wait

DATABASE = "thonso"
NAMES = frozenset({"postgres"})
STOP_SIGNAL = signal.SIGINT  # a fast shutdown: connections are closed, nothing is lost
LOCK_LINES = 8
FIRST_BUILTIN_LOCALE = 17  # major version
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",  # small machines; the kernel's cache does the rest
    "max_wal_size": "1GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    # After a crash: one call instead of opening every file..
    **({"recovery_init_sync_method": "syncfs"} if sys.platform == "linux" else {}),
    "jit": "off",  # costs more than it gives on queries as short as ours
    "timezone": "UTC",
    "log_timezone": "UTC",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class RunningPostgres(Running):
    """A PostgreSQL that was started here."""

    @property
    def conninfo(self) -> str:
        """Address of the database, for libpq."""
        return embedded_database_url(self.data_dir)


def start(data_dir: Path, *, durable: bool = True) -> RunningPostgres:
    """Start the PostgreSQL of a data folder and wait until its database can be used."""
    prepare(data_dir, durable=durable)
    process = start_and_wait(
        command(data_dir, durable=durable), ready=lambda: ready(data_dir), log=log(data_dir)
    )
    return RunningPostgres(data_dir, process, STOP_SIGNAL)


def prepare(data_dir: Path, *, durable: bool = True) -> None:
    """Make the cluster when there is none, and see the last one's processes out."""
    folder.prepare(data_dir)
    data = cluster(data_dir)
    # After a kill -9 its backends take a moment to notice, and hold the shared memory until then.
    await_no_programs_in(data, NAMES)
    if not (data / "PG_VERSION").exists():
        _make_cluster(data, durable=durable)
    _remove_stale_locks(data_dir)


def command(data_dir: Path, *, durable: bool = True) -> list[str]:
    """Command line of the server; it does not go to the background."""
    data = cluster(data_dir)
    programs, _ = postgres_programs((data / "PG_VERSION").read_text().strip())
    settings = SETTINGS | {"unix_socket_directories": str(socket_dir(data_dir))}
    settings |= {} if durable else NOT_DURABLE
    options = [f"--{name}={value}" for name, value in settings.items()]
    server = [str(programs / "postgres"), "-D", str(data), *options]
    return [*identity.prefix(data), *leashed(server, STOP_SIGNAL)]


def ready(data_dir: Path) -> bool:
    """Tell whether the server takes connections, as it says itself in the last line of its lock."""
    try:
        lines = (cluster(data_dir) / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) == LOCK_LINES and lines[-1].strip() == "ready"


def cluster(data_dir: Path) -> Path:
    """Where the cluster's files are."""
    return data_dir / "postgres"


def log(data_dir: Path) -> Path:
    """Where the server writes its messages."""
    return data_dir / "log" / "postgres.log"


def _remove_stale_locks(data_dir: Path) -> None:
    # They name a process number that may by now be anybody's. Where we cannot see who works in
    # the folder they are the only guard, and stay.
    if PROC.is_dir():
        (cluster(data_dir) / "postmaster.pid").unlink(missing_ok=True)
        (socket_dir(data_dir) / ".s.PGSQL.5432.lock").unlink(missing_ok=True)


def _make_cluster(data: Path, *, durable: bool) -> None:
    draft = data.with_suffix(".new")  # renamed when whole, so that half of one is never used
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    programs, version = postgres_programs()
    options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-instructions"]
    if int(version) >= FIRST_BUILTIN_LOCALE:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    if not durable:
        options += ["--no-sync"]
    initdb = [*identity.prefix(draft), str(programs / "initdb"), "-D", str(draft), *options]
    _must_succeed(initdb)
    single = [str(programs / "postgres"), "--single", "-D", str(draft)]
    single += [] if durable else ["-c", "fsync=off"]
    _must_succeed([*identity.prefix(draft), *single, "postgres"], f"create database {DATABASE};\n")
    draft.rename(data)


def _must_succeed(command: list[str], orders: str = "") -> None:
    done = subprocess.run(command, input=orders, capture_output=True, text=True, check=False)
    if done.returncode or "ERROR:" in done.stderr:
        raise CannotRun(f"PostgreSQL could not make its files: {done.stderr.strip()}")
