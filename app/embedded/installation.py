"""The children of one installation: its servers, the migrations, the worker and the web server."""

import http.client
import os
import socket
import sys
from urllib.parse import urlsplit

from app.config import Config
from app.embedded import postgres, valkey
from app.embedded.child import Child
from app.embedded.ports import local_url
from app.embedded.processes import MARK
from app.embedded.running import leashed

PYTHON = [sys.executable, "-P", "-m"]
THONSO = [*PYTHON, "app.cli.main"]
RECOVERY_SECONDS = 600.0  # PostgreSQL and Valkey after a crash, with much to read again


def children(config: Config, listening: socket.socket) -> list[Child]:
    """In the order in which they start; the embedded servers only where no URL replaces them."""
    servers = []
    if config.database_url is None:
        servers.append(_postgres(config))
    if config.redis_url is None:
        servers.append(_valkey(config))
    return [*servers, *_programs(config, listening)]


def environment(config: Config) -> dict[str, str]:
    """What each child inherits."""
    return os.environ | {"THONSO_DATA": str(config.data_dir), MARK: str(config.data_dir)}


def _postgres(config: Config) -> Child:
    return Child(
        name="postgres",
        prepare=lambda: postgres.prepare(config.data_dir),
        command=lambda: postgres.command(config.data_dir),
        ready=lambda: postgres.ready(config.data_dir),
        log=postgres.log(config.data_dir),
        environment=environment(config),
        stop_signal=postgres.STOP_SIGNAL,
        stop_seconds=60.0,
        start_seconds=RECOVERY_SECONDS,
    )


def _valkey(config: Config) -> Child:
    return Child(
        name="valkey",
        prepare=lambda: valkey.prepare(config.data_dir),
        command=lambda: valkey.command(config.data_dir),
        ready=lambda: valkey.ready(config.data_dir),
        log=valkey.log(config.data_dir),
        environment=environment(config),
        start_seconds=RECOVERY_SECONDS,
    )


def _programs(config: Config, listening: socket.socket) -> list[Child]:
    inherited = environment(config) | {"THONSO_PORT": str(listening.getsockname()[1])}
    migrate = Child(
        name="migrate",
        command=lambda: leashed([*THONSO, "db", "upgrade"]),
        log=config.log_dir / "migrate.log",
        environment=inherited,
        once=True,
    )
    worker = Child(
        name="worker",
        command=lambda: leashed([*THONSO, "worker"]),
        log=config.log_dir / "worker.log",
        environment=inherited,
        stop_seconds=30.0,
    )
    web = Child(
        name="web",
        command=lambda: leashed([*PYTHON, "app.embedded.web", str(listening.fileno())]),
        pass_fds=(listening.fileno(),),
        ready=lambda: healthy(local_url(listening)),
        log=config.log_dir / "web.log",
        environment=inherited,
        stop_seconds=30.0,
    )
    return [migrate, worker, web]


def healthy(url: str) -> bool:
    """Tell whether the web server answers."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=1.0)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
