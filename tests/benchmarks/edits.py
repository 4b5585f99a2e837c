"""What edits leave behind: `python tests/benchmarks/edits.py --data FOLDER --n 10000`.

Edits of interviews that a kept folder holds are sent as phones send them, a slice at a time, each
slice until everything is settled: single ones from all over the folder, or with --villages one
village after the other, as when a form is corrected and surveyors go through what they have. A
village is summed up once for many of its edits, so that the second way is many times faster.

Told are edits a second, dead rows and bytes before, after and after a plain vacuum, how many
updates needed no new index entries (hot), and how often PostgreSQL vacuumed by itself meanwhile.
"""

import argparse
import re
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app.db import db, driver
from tests.benchmarks import load, templates
from tests.benchmarks.large import installation
from tests.benchmarks.measure import KIND, MANY, Bench, settle

SLICE = 5000
REPORTED_EVERY = 1.5  # seconds until each process has told its counts
INSTANCE_ID = re.compile(rb"<instanceID>(.*?)</instanceID>")
DEPRECATED_ID = re.compile(rb"<deprecatedID>.*?</deprecatedID>")

NEWEST = """
select i.xml from submissions s join instances i on i.id = s.current_pk
where s.form_id = (select form_id from submissions limit 1) and
"""
# From all over the folder: neighbours in time are not neighbours on the disk.
SCATTERED = NEWEST + "hashint8(s.id) between %s and %s"
OF_VILLAGES = NEWEST + "s.unit_id = any(%s)"
HASHES = 2**32
TOGETHER = 25  # villages of a slice
TABLES = """
select relname, n_live_tup, n_dead_tup, n_tup_ins, n_tup_upd, n_tup_hot_upd, n_tup_del,
       pg_table_size(relid), pg_indexes_size(relid), autovacuum_count
from pg_stat_user_tables where n_live_tup + n_dead_tup > 1000
order by pg_total_relation_size(relid) desc limit 14
"""


def main() -> None:
    """Send the edits, and tell what they left."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that is kept")
    parser.add_argument("--n", type=int, default=10_000, help="edits to send")
    parser.add_argument("--villages", action="store_true", help="village after village")
    asked = parser.parse_args()
    with installation(asked.data) as bench:
        before = told()
        began = time.monotonic()
        sent = send(bench, asked.n, villages() if asked.villages else scattered())
        seconds = time.monotonic() - began
        print(f"{sent:,} edits in {seconds:.0f} s, settled: {sent / seconds:.0f} a second")
        show("after the edits", told(), before)
        driver().execute("rollback")
        driver().autocommit = True
        driver().execute("vacuum (analyze)")
        driver().autocommit = False
        show("after a vacuum", told(), before)


def send(bench: Bench, wanted: int, slices: Iterator[list[bytes]]) -> int:
    """Sends so many edits; how many there were."""
    url = f"{bench.sending}/submission"
    sent = 0
    for bodies in slices:
        taken = bodies[: wanted - sent]
        result = load.run(url, (load.request("POST", url, b, KIND) for b in taken), MANY)
        assert set(result.statuses) == {201}, result.statuses
        settle()
        sent += len(taken)
        print(f"\r{sent:,} of {wanted:,}", end="  ", flush=True)
        if sent == wanted:
            break
    print()
    return sent


def scattered() -> Iterator[list[bytes]]:
    """Edits of every so-manieth interview, until each was edited once."""
    [(held,)] = read("select count(*) from submissions")
    slices = max(1, -(-held // SLICE))
    width = HASHES // slices
    for low in range(-(HASHES // 2), HASHES // 2, width):
        yield [edit(xml) for (xml,) in read(SCATTERED, low, low + width - 1)]


def villages() -> Iterator[list[bytes]]:
    """Edits of some villages' interviews, in the order in which villages come."""
    units = [unit for (unit,) in read("select distinct unit_id from submissions order by unit_id")]
    for first in range(0, len(units), TOGETHER):
        yield [edit(xml) for (xml,) in read(OF_VILLAGES, units[first : first + TOGETHER])]


def edit(xml: bytes) -> bytes:
    """What a phone sends for an edit that changes nothing but the ids."""
    found = INSTANCE_ID.search(xml)
    assert found is not None
    ids = b"<instanceID>uuid:%s</instanceID><deprecatedID>%s</deprecatedID>" % (
        str(uuid.uuid4()).encode(),
        found[1],
    )
    return templates.HEAD + INSTANCE_ID.sub(ids, DEPRECATED_ID.sub(b"", xml)) + templates.TAIL


def read(statement: str, *parameters: object) -> list[tuple[Any, ...]]:
    """Rows, with no transaction left open."""
    rows = driver().execute(statement, parameters).fetchall()
    db.session.rollback()
    return rows


def told() -> dict[str, tuple[int, ...]]:
    """What PostgreSQL says of its largest tables."""
    time.sleep(REPORTED_EVERY)
    return {name: tuple(numbers) for name, *numbers in read(TABLES)}


def show(when: str, now: dict[str, tuple[int, ...]], before: dict[str, tuple[int, ...]]) -> None:
    """Prints tables with what grew since."""
    print(f"{when}: table | rows | dead | new | updated (hot) | MB of rows | of indexes | vacuums")
    for name, numbers in now.items():
        live, dead, inserted, updated, hot, _, rows, indexes, vacuums = numbers
        was = before.get(name, (0,) * len(numbers))
        print(
            f"    {name} | {live:,} | {dead:,} | {inserted - was[2]:,} |"
            f" {updated - was[3]:,}, {hot - was[4]:,} | {was[6] / 1e6:.0f} → {rows / 1e6:.0f} |"
            f" {was[7] / 1e6:.0f} → {indexes / 1e6:.0f} | {vacuums - was[8]}"
        )


if __name__ == "__main__":
    main()
