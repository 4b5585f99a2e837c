"""A second thread that reads interviews, so that one computes while PostgreSQL works for the other.

It costs a connection and no process: forms and indicators are kept for both.
"""

import logging
import threading

from flask import current_app
from flask.ctx import AppContext

from app.pipeline import BATCH, process_inbox

log = logging.getLogger(__name__)


class SecondReader:
    """Reads along for as long as full batches wait; until it is called again it is not there."""

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None

    def call(self) -> None:
        """Starts reading, unless it does already; returns at once."""
        if self._thread is None or not self._thread.is_alive():
            # With the process it may end at any moment: what it has in hand is still owed.
            self._thread = threading.Thread(
                target=_read, args=(current_app.app_context(),), name="reader", daemon=True
            )
            self._thread.start()


def _read(context: AppContext) -> None:
    with context:
        try:
            while process_inbox() == BATCH:
                pass
        except Exception:  # the first reader meets the same, and its job fails
            log.exception("The second reader stopped.")
