"""What PostgreSQL had to read whole, and how large its tables and indexes have become."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from app.db import db, driver

LARGE = 5000  # rows; smaller tables are read whole on purpose
REPORTED_EVERY = 1.5  # seconds until each process has told its counts

READ = """
select relname, seq_scan, seq_tup_read, n_live_tup from pg_stat_user_tables where n_live_tup >= %s
"""
SIZES = """
select relname, n_live_tup, n_dead_tup, pg_table_size(relid), pg_indexes_size(relid),
       coalesce(to_char(last_autovacuum, 'HH24:MI:SS'), '–')
from pg_stat_user_tables order by pg_total_relation_size(relid) desc limit 10
"""


@contextmanager
def counted() -> Iterator[None]:
    """Prints which large tables were read from end to end meanwhile, and how often."""
    before = _read()
    yield
    time.sleep(REPORTED_EVERY)
    found = {
        name: (scans - before.get(name, (0, 0))[0], rows - before.get(name, (0, 0))[1])
        for name, (scans, rows) in _read().items()
    }
    for name, (scans, rows) in sorted(found.items()):
        if scans:
            print(f"    {name}: read whole {scans} times, {rows:,} rows")
    if not any(scans for scans, _ in found.values()):
        print("    no large table was read whole")


def print_sizes() -> None:
    """Prints the largest tables: rows, dead rows, megabytes, and when they were last vacuumed."""
    print("    table, rows, dead rows, MB of rows, MB of indexes, last autovacuum")
    for name, live, dead, rows, indexes, vacuumed in driver().execute(SIZES).fetchall():
        print(f"    {name}, {live:,}, {dead:,}, {rows / 1e6:.0f}, {indexes / 1e6:.0f}, {vacuumed}")
    db.session.rollback()


def _read() -> dict[str, tuple[int, int]]:
    rows = driver().execute(READ, (LARGE,)).fetchall()
    db.session.rollback()
    return {name: (scans, read) for name, scans, read, _ in rows}
