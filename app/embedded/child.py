"""One child of the supervisor: what it is, and how it fares."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from app.embedded.processes import CannotRun

SETTLED_SECONDS = 10.0  # who lives that long did not die quickly
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0


def _nothing() -> None:
    pass


def _at_once() -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A process to keep running, or with `once` to run to its end before the next may start."""

    name: str
    command: Callable[[], list[str]]
    log: Path
    prepare: Callable[[], None] = _nothing  # before each start; raises CannotRun
    ready: Callable[[], bool] = _at_once
    environment: Mapping[str, str] = field(default_factory=dict)
    pass_fds: tuple[int, ...] = ()
    once: bool = False
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20.0
    start_seconds: float = 60.0


@dataclass(slots=True)
class Watched:
    """A child and its present state: waiting, starting, running or done."""

    child: Child
    state: str = "waiting"
    process: subprocess.Popen[bytes] | None = None
    starts: int = 0
    quick_deaths: int = 0
    last_end: str | None = None
    been_ready: bool = False
    _since: float = 0.0
    _not_before: float = 0.0

    @property
    def pid(self) -> int | None:
        """Number of the living process."""
        return self.process.pid if self.process else None

    @property
    def up(self) -> bool:
        """Whether those after it may start."""
        return self.state in {"running", "done"}

    def start_when_due(self) -> None:
        """Start the process, unless the pause after its last death is not over."""
        if time.monotonic() < self._not_before:
            return
        try:
            self.child.prepare()
            self.process = self._launch()
        except (CannotRun, OSError) as problem:
            if not self.been_ready:
                raise CannotRun(f"{self.child.name} cannot be started: {problem}") from problem
            self._ended(str(problem))  # as when the disk is full: that may pass
            return
        self.starts += 1
        self._since = time.monotonic()
        self.state = "starting"

    def look(self) -> None:
        """See whether the process ended, got ready or takes too long."""
        if self.process is None:
            return
        code = self.process.poll()
        if code is not None:
            self._left(code)
        elif self.state == "starting" and not self.child.once:
            self._look_for_readiness()

    def stop(self) -> None:
        """Ask the process to stop, and kill it when it does not."""
        if self.process is None:
            return
        self.process.send_signal(self.child.stop_signal)
        try:
            self.process.wait(self.child.stop_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None
        self.state = "waiting"

    def _launch(self) -> subprocess.Popen[bytes]:
        with self.child.log.open("ab") as log:
            return subprocess.Popen(
                self.child.command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.child.environment),
                pass_fds=self.child.pass_fds,
                start_new_session=True,
            )

    def _look_for_readiness(self) -> None:
        if self.child.ready():
            self.state = "running"
            self.been_ready = True
        elif self.process and time.monotonic() - self._since > self.child.start_seconds:
            self.process.kill()
            self.process.wait()
            self._ended(f"not ready after {self.child.start_seconds:.0f} s")

    def _left(self, code: int) -> None:
        if self.child.once and code == 0:
            self.process = None
            self.state = "done"
            self.been_ready = True
        else:
            self._ended(f"signal {-code}" if code < 0 else f"exit code {code}")

    def _ended(self, how: str) -> None:
        self.process = None
        self.state = "waiting"
        self.last_end = how
        lived = time.monotonic() - self._since
        self.quick_deaths = 1 if lived > SETTLED_SECONDS else self.quick_deaths + 1
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (self.quick_deaths - 1))
        self._not_before = time.monotonic() + pause
