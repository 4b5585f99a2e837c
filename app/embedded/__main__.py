"""The supervisor's process: `python -m app.embedded [HOOK]`, detached by `app.embedded.daemon`."""

import contextlib
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pkgutil import resolve_name
from typing import Any

from app.config import Config
from app.embedded import folder, state
from app.embedded.child import Watched
from app.embedded.installation import children
from app.embedded.leftovers import end_leftovers
from app.embedded.ports import base_url, listen
from app.embedded.processes import CannotRun
from app.embedded.supervisor import Supervisor

logger = logging.getLogger("supervisor")
KEPT = ("web", "worker", "postgres", "valkey")


def main(hook: str | None) -> int:
    """Run an installation until SIGTERM; gives the exit code."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    try:
        config = Config.from_environment()
        with state.lock(config.data_dir):
            end_leftovers(config.data_dir)
            _supervise(config, hook)
    except CannotRun as problem:
        logger.error("%s", problem)  # noqa: TRY400 - the text is for the operator
        with contextlib.suppress(BrokenPipeError):  # whoever started us waits no longer
            print(problem, flush=True)
        return 1
    return 0


def _supervise(config: Config, hook: str | None) -> None:
    listening = listen(config)
    started_at = datetime.now(UTC).isoformat(timespec="seconds")
    known = {
        "supervisor": os.getpid(),
        "base_url": base_url(listening),
        "data_dir": str(config.data_dir),
        "started_at": started_at,
    }

    def publish(watched: Sequence[Watched]) -> None:
        now = known | describe(watched)
        _try(lambda: state.write(config.data_dir, now))
        if hook:
            _try(lambda: resolve_name(hook)(now))

    try:
        Supervisor(children(config, listening), publish).run()
    finally:
        state.forget(config.data_dir)
        folder.forget_sockets(config.data_dir)


def describe(watched: Sequence[Watched]) -> dict[str, Any]:
    """Process numbers of the long-lived children (null: not ours, or down), and how all fare."""
    pids = {one.child.name: one.pid for one in watched}
    fares = {
        one.child.name: {"state": one.state, "starts": one.starts, "last_end": one.last_end}
        for one in watched
    }
    return {
        **{name: pids.get(name) for name in KEPT},
        "ready": all(one.up for one in watched),
        "children": fares,
    }


def _try(tell: Callable[[], None]) -> None:
    try:
        tell()
    except Exception:  # whatever it is, a full disk too: the children must be kept running
        logger.exception("The state could not be told")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else None))
