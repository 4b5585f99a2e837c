"""Work that a worker does in a thread of its own, so that what it does meanwhile need not wait.

It costs a connection or two and no process: forms and indicators are kept for all threads.
"""

import logging
import threading
from collections.abc import Callable

from flask import current_app
from flask.ctx import AppContext

log = logging.getLogger(__name__)


class Beside:
    """One kind of work, done as long as there is more of it; until it is called it is not there."""

    def __init__(self, name: str, step: Callable[[], bool]) -> None:
        self.name = name
        self.step = step  # a transaction or more; whether there is more to do at once
        self._thread: threading.Thread | None = None

    def call(self) -> None:
        """Starts working, unless it does already; returns at once."""
        if self._thread is None or not self._thread.is_alive():
            # With the process it may end at any moment: what it has in hand is still owed.
            self._thread = threading.Thread(
                target=self._run, args=(current_app.app_context(),), name=self.name, daemon=True
            )
            self._thread.start()

    def _run(self, context: AppContext) -> None:
        with context:
            try:
                while self.step():
                    pass
            except Exception:  # what is owed stays owed, and somebody will call again
                log.exception("The %s stopped.", self.name)
