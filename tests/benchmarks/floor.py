"""The physical floor: the same bytes, each in one durable transaction, and nothing else."""

import itertools
import threading
import time
from collections.abc import Iterator

import psycopg

from app.config import Config


def inserts_per_second(bodies: list[bytes], connections: int) -> float:
    """Rows per second that so many connections insert, each with a commit of its own."""
    conninfo = Config.from_environment().conninfo
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute("drop table if exists benchmark_floor")
        connection.execute("create table benchmark_floor (id bigserial primary key, body bytea)")
    source, lock = iter(bodies), threading.Lock()

    def insert() -> None:
        with psycopg.connect(conninfo, autocommit=True, prepare_threshold=0) as connection:
            for body in _shared(source, lock):
                connection.execute("insert into benchmark_floor (body) values (%b)", (body,))

    threads = [threading.Thread(target=insert) for _ in range(connections)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - began
    with psycopg.connect(conninfo, autocommit=True) as connection:
        (count,) = connection.execute("select count(*) from benchmark_floor").fetchone() or (0,)
        connection.execute("drop table benchmark_floor")
    assert count == len(bodies)
    return count / seconds


def _shared(source: Iterator[bytes], lock: threading.Lock) -> Iterator[bytes]:
    while True:
        with lock:
            taken = list(itertools.islice(source, 1))
        if not taken:
            return
        yield taken[0]
