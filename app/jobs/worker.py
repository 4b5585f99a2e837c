"""A worker: builds the application once and runs jobs in this process, one after the other.

Jobs are short and come several times a second; a fork for each would cost more than the job. A
worker that dies is started again by whoever supervises it, and what it had in hand is still owed.
"""

import gc
import logging
import threading

import redis
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app.jobs.sweep import sweep_for_ever
from app.queue import open_queue


def work(app: Flask, queue_url: str) -> None:
    """Runs jobs until it is told to stop; sweeps up what no ring announced."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    sweeper = threading.Thread(
        target=sweep_for_ever, args=(app, queue_url), name="sweep", daemon=True
    )
    sweeper.start()
    # What was built so far stays: looking at it in every collection would cost a fifth of the work.
    gc.collect()
    gc.freeze()
    connection = redis.Redis.from_url(queue_url)
    worker = SimpleWorker(
        [open_queue(connection)], connection=connection, serializer=JSONSerializer
    )
    with app.app_context():
        worker.work(logging_level="WARNING")
