"""Starts the children in order, starts again the ones that die, stops them in reverse order."""

import logging
import os
from collections.abc import Callable, Sequence

from app.embedded.child import Child, Watched
from app.embedded.kernel import Signals, adopt_orphans
from app.embedded.logs import keep_short
from app.embedded.processes import CannotRun, children_of, end, reap
from app.embedded.running import tail

BUSY_SECONDS, IDLE_SECONDS = 0.05, 30.0
FIRST_TRIES = 5  # of a child that was never ready

logger = logging.getLogger("supervisor")


class Supervisor:
    """Keeps a list of children running until it is told to stop."""

    def __init__(
        self, children: Sequence[Child], on_change: Callable[[Sequence[Watched]], None]
    ) -> None:
        self.watched = [Watched(child) for child in children]
        self.on_change = on_change
        self._seen: list[tuple[str, int | None]] = []

    def run(self) -> None:
        """Supervise until SIGTERM or SIGINT; raises CannotRun when a child never came up."""
        adopt_orphans()
        with Signals() as signals:
            try:
                while not signals.asked_to_stop:
                    self._turn()
                    signals.wait(BUSY_SECONDS if self._busy() else IDLE_SECONDS)
            finally:
                self._stop()

    def _turn(self) -> None:
        died = False
        for one in self.watched:
            lived = one.process is not None
            one.look()
            died |= lived and one.process is None and not one.up
        if died:
            self._end_strays()
        self._give_up_on_what_never_ran()
        self._start_the_next()
        self._tell()
        if not self._busy():
            reap({one.pid for one in self.watched})  # the first process of a container gets orphans
        for one in self.watched:
            keep_short(one.child.log)

    def _start_the_next(self) -> None:
        for one in self.watched:
            if one.process is None and not one.up:
                one.start_when_due()
            if not one.up:
                return

    def _give_up_on_what_never_ran(self) -> None:
        for one in self.watched:
            if not one.been_ready and one.quick_deaths >= FIRST_TRIES:
                raise CannotRun(
                    f"{one.child.name} did not start ({one.last_end}). "
                    f"The end of {one.child.log}:\n{tail(one.child.log)}"
                )

    def _busy(self) -> bool:
        return not all(one.up for one in self.watched)

    def _tell(self) -> None:
        now = [(one.state, one.pid) for one in self.watched]
        if now == self._seen:
            return
        for one, before in zip(self.watched, self._seen or [("", None)] * len(now), strict=True):
            if (one.state, one.pid) != before:
                how = f" after {one.last_end}" if one.last_end and one.state != "running" else ""
                logger.info("%s is %s (process %s)%s", one.child.name, one.state, one.pid, how)
        self._seen = now
        self.on_change(self.watched)

    def _strays(self) -> list[int]:
        known = {one.pid for one in self.watched}
        reap(known)
        return [pid for pid in children_of(os.getpid()) if pid not in known]

    def _end_strays(self) -> None:
        """End what a dead child left behind: it holds sockets and locks its successor needs."""
        end(self._strays, patience=5.0)

    def _stop(self) -> None:
        for one in reversed(self.watched):
            if one.process is not None:
                logger.info("stopping %s", one.child.name)
            one.stop()
            self._end_strays()
