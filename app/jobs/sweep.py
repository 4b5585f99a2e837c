"""Rings again for what is owed: a lost queue loses nothing. Starts the daily jobs as well."""

import logging
import time
from datetime import date

import redis
from flask import Flask
from rq import Queue

from app import ledger
from app.clock import today
from app.db import db, driver
from app.indicators import communes
from app.queue import enqueue, open_queue

EVERY = 5.0  # seconds
DAILY = ("expire", "check_figures", "compare_counts")

log = logging.getLogger(__name__)


def sweep_for_ever(app: Flask, queue_url: str) -> None:
    """Looks at the ledgers every few seconds, and rings when something waits there."""
    queue = open_queue(redis.Redis.from_url(queue_url))
    done: dict[str, date] = {}
    while True:
        try:
            look(app, queue)
            start_daily(queue, done)
        except Exception as error:  # noqa: BLE001 - whatever it is, what is owed is looked for again
            log.warning("The sweep could not look: %r", error)
        time.sleep(EVERY)


def start_daily(queue: Queue, done: dict[str, date]) -> None:
    """Puts in what is to run today and has not; one at a time, when nothing else waits."""
    for name in DAILY:
        if done.get(name) != today() and enqueue(queue, name):
            done[name] = today()


def look(app: Flask, queue: Queue) -> None:
    """Rings once if anything is owed."""
    with app.app_context():
        owed = ledger.is_owed(driver()) or communes.are_owed()
        db.session.rollback()
    if owed:
        enqueue(queue, "settle")
