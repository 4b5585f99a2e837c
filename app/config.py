"""Settings: what the environment says, and where things lie in the data folder."""

import contextlib
import hashlib
import os
import re
import secrets
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Self
from urllib.parse import quote

SOCKET_PATH_LIMIT = 100  # bytes; the kernel's own limit is 104 to 108
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"

Network = IPv4Network | IPv6Network


class ConfigError(Exception):
    """A setting that cannot be used; the text says what to change."""


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of one installation; one data folder is one installation."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int | None = None
    database_url: str | None = field(default=None, repr=False)  # None: the embedded PostgreSQL
    redis_url: str | None = field(default=None, repr=False)  # None: the embedded Valkey
    public_url: str | None = None  # base of absolute URLs, when a proxy stands in front
    trusted_proxies: tuple[Network, ...] = ()  # whose X-Forwarded-Proto is believed
    secret_key: str = field(default="", repr=False)

    @classmethod
    def from_environment(cls) -> Self:
        """Read the settings; makes the secret key when the data folder has none."""
        data_dir = Path(os.environ.get("THONSO_DATA") or "var").resolve()
        return cls(
            data_dir=data_dir,
            host=os.environ.get("THONSO_HOST") or "127.0.0.1",
            port=_port(os.environ.get("THONSO_PORT")),
            database_url=os.environ.get("DATABASE_URL") or None,
            redis_url=os.environ.get("REDIS_URL") or None,
            public_url=(os.environ.get("THONSO_PUBLIC_URL") or "").rstrip("/") or None,
            trusted_proxies=_networks(os.environ.get("THONSO_TRUSTED_PROXIES") or ""),
            secret_key=os.environ.get("THONSO_SECRET_KEY") or secret_key(data_dir),
        )

    @property
    def blobs_dir(self) -> Path:
        """Where uploaded files lie, named by their hash."""
        return self.data_dir / "blobs"

    @property
    def run_dir(self) -> Path:
        """Where a running installation keeps its state and, when the path is short, its sockets."""
        return self.data_dir / "run"

    @property
    def log_dir(self) -> Path:
        """One log file per process."""
        return self.data_dir / "log"

    @property
    def conninfo(self) -> str:
        """The database's address as libpq and psycopg read it."""
        if self.database_url is None:
            return embedded_database_url(self.data_dir)
        return _with_scheme(self.database_url, "postgresql")

    @property
    def sqlalchemy_url(self) -> str:
        """The database's address as SQLAlchemy reads it."""
        return _with_scheme(self.conninfo, "postgresql+psycopg")

    @property
    def queue_url(self) -> str:
        """The queue's address as redis-py reads it."""
        return self.redis_url or embedded_queue_url(self.data_dir)


def socket_dir(data_dir: Path) -> Path:
    """Where the embedded servers' sockets are: in the data folder, unless its path is too long."""
    beside_data = data_dir / "run"
    if len(os.fsencode(beside_data / LONGEST_SOCKET_NAME)) < SOCKET_PATH_LIMIT:
        return beside_data
    # Not TMPDIR: another shell, with another TMPDIR, has to find the same place.
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path("/tmp") / f"thonso-{digest}"  # noqa: S108 - made 0700 and checked before use


def embedded_database_url(data_dir: Path, database: str = "thonso") -> str:
    """Address of the embedded PostgreSQL of a data folder."""
    where = quote(str(socket_dir(data_dir)), safe="/")
    return f"postgresql://postgres@/{database}?host={where}&port=5432"


def embedded_queue_url(data_dir: Path) -> str:
    """Address of the embedded Valkey of a data folder."""
    return f"unix://{quote(str(socket_dir(data_dir) / 'valkey.sock'), safe='/')}"


def secret_key(data_dir: Path) -> str:
    """Return the data folder's secret key, made at first use; several processes may ask at once."""
    path = data_dir / "secret_key"
    try:
        if not path.exists():
            _make_secret_key(path)
        return path.read_text().strip()
    except PermissionError:
        raise ConfigError(
            f"No access to {path}: run as the owner of the data folder, "
            "or choose another one with THONSO_DATA."
        ) from None
    except (FileExistsError, NotADirectoryError):
        raise ConfigError(f"{data_dir} is not a folder; choose one with THONSO_DATA.") from None


def _make_secret_key(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".secret_key.{secrets.token_hex(8)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(48))
    try:
        with contextlib.suppress(FileExistsError):  # another process was quicker
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def _port(text: str | None) -> int | None:
    if not text:
        return None
    if not text.isdigit() or not 0 < int(text) < 2**16:
        raise ConfigError(f"THONSO_PORT must be a port number from 1 to 65535, not {text!r}")
    return int(text)


def _networks(text: str) -> tuple[Network, ...]:
    """Addresses and networks, separated by commas or spaces."""
    try:
        return tuple(ip_network(item) for item in text.replace(",", " ").split())
    except ValueError as problem:
        raise ConfigError(
            "THONSO_TRUSTED_PROXIES names addresses or networks, as 127.0.0.1 or 172.16.0.0/12:"
            f" {problem}"
        ) from None


def _with_scheme(url: str, scheme: str) -> str:
    changed, found = re.subn(r"^postgres(ql)?(\+\w+)?://", f"{scheme}://", url, count=1)
    if not found:
        raise ConfigError("DATABASE_URL must begin with postgresql://")
    return changed
