"""The doorbell: wakes workers when something is owed; what is owed stands in PostgreSQL.

A ring costs the caller nothing but setting a flag; a thread of each process passes it on, at most
a few times a second. A ring that is lost is made up for by the workers' sweep.
"""

import logging
import threading
import time
from typing import Any

import redis
from flask import Flask, current_app
from rq import Queue
from rq.serializers import JSONSerializer

# Names of jobs, so that nothing below has to import what runs them.
JOBS = {
    name: f"app.jobs.tasks.{name}"
    for name in ("settle", "expire", "check_figures", "compare_counts")
}
QUEUE = "thonso"
SHORTEST_INTERVAL = 0.2  # seconds between two rings of one process

log = logging.getLogger(__name__)


class Doorbell:
    """Rings for one process, from a thread that starts with the first ring."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.wanted = threading.Event()
        self.lock = threading.Lock()
        self.thread: threading.Thread | None = None

    def ring(self) -> None:
        """Asks for a ring; returns at once."""
        if not self.wanted.is_set():
            self.wanted.set()
            if self.thread is None:
                self._start()

    def _start(self) -> None:
        with self.lock:
            if self.thread is None:
                thread = threading.Thread(target=self._run, name="doorbell", daemon=True)
                try:
                    thread.start()
                except RuntimeError as error:  # no room for a thread: the next ring tries again
                    log.warning("The doorbell cannot start: %s", error)
                    self.wanted.clear()
                else:
                    self.thread = thread

    def _run(self) -> None:
        queue = open_queue(redis.Redis.from_url(self.url))
        while True:
            self.wanted.wait()
            self.wanted.clear()
            try:
                enqueue(queue, "settle")
            except Exception as error:  # noqa: BLE001 - whatever it is, the next ring has to be heard
                # The work is a row; the sweep finds it when the queue is back.
                log.warning("The queue does not answer: %r", error)
            time.sleep(SHORTEST_INTERVAL)


def init_queue(app: Flask, url: str) -> None:
    """Gives the application its doorbell."""
    app.extensions["doorbell"] = Doorbell(url)


def open_queue(connection: redis.Redis) -> Queue:
    """The queue, with ids as JSON only: pickled jobs would run anybody's code."""
    return Queue(QUEUE, connection=connection, serializer=JSONSerializer)


def enqueue(queue: Queue, name: str, *ids: int) -> bool:
    """Puts a job in, unless one waits already, which will see everything owed; whether it did."""
    is_empty = queue.count == 0
    if is_empty:
        queue.enqueue(JOBS[name], *ids, result_ttl=0, failure_ttl=3600, job_timeout=3600)
    return is_empty


def ring() -> None:
    """Wakes a worker; call it after the commit, or just before the transaction's end."""
    doorbell: Any = current_app.extensions["doorbell"]
    doorbell.ring()
