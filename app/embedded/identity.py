"""Under whose name PostgreSQL runs, which refuses to run as root."""

import os
import pwd
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path

from app.embedded.processes import CannotRun

# A user namespace in which root has another number: no new user, no changed modes, files stay
# root's. Containers usually forbid it.
NAMESPACE = ["unshare", "--user", "--map-user=1000", "--map-group=1000"]


def prefix(data: Path) -> list[str]:
    """Give what to put before a PostgreSQL command so that it may use this folder of its data."""
    if os.geteuid() != 0:
        return []
    owner = data.stat().st_uid
    if owner == 0 and _namespace_works():
        return NAMESPACE
    account = _account() if owner == 0 else pwd.getpwuid(owner)
    if owner == 0:
        _give(data, account)
    return _as(account)


def _as(account: pwd.struct_passwd) -> list[str]:
    if shutil.which("setpriv") is None:
        raise CannotRun(
            "PostgreSQL does not run as root and neither unshare nor setpriv (util-linux) "
            "can help here: run as an ordinary user, or set DATABASE_URL."
        )
    # The capability lets this account reach programs and data under folders closed to others,
    # as /root is, without opening those folders to everybody.
    return [
        "setpriv",
        f"--reuid={account.pw_uid}",
        f"--regid={account.pw_gid}",
        "--clear-groups",
        "--inh-caps=+dac_override",
        "--ambient-caps=+dac_override",
        # Without it access(), by which PostgreSQL looks its programs over, knows no capability.
        "--securebits=+no_setuid_fixup",
    ]


def _account() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotRun("PostgreSQL does not run as root: run as an ordinary user.")


def _give(data: Path, account: pwd.struct_passwd) -> None:
    for path in [data, *data.rglob("*")]:
        os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)


@lru_cache(maxsize=1)
def _namespace_works() -> bool:
    try:
        return (
            subprocess.run([*NAMESPACE, "true"], capture_output=True, check=False).returncode == 0
        )
    except OSError:
        return False
