"""What edits leave behind: `python tests/benchmarks/edits.py --data FOLDER --n 10000`.

Edits of interviews that a kept folder holds are sent as phones send them, a slice at a time, each
slice until everything is settled. Told are edits a second, dead rows and bytes before, after and
after a plain vacuum, how many updates needed no new index entries (hot), and how often PostgreSQL
vacuumed by itself meanwhile.
"""

import argparse
import re
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app.db import db, driver
from tests.benchmarks import load, templates
from tests.benchmarks.large import installation
from tests.benchmarks.measure import KIND, MANY, Bench, settle

SLICE = 5000
REPORTED_EVERY = 1.5  # seconds until each process has told its counts
INSTANCE_ID = re.compile(rb"<instanceID>(.*?)</instanceID>")
DEPRECATED_ID = re.compile(rb"<deprecatedID>.*?</deprecatedID>")

# From all over the folder, as edits come: neighbours in time are not neighbours on the disk.
NEWEST = """
select i.xml from submissions s join instances i on i.id = s.current_pk
where s.form_id = (select form_id from submissions limit 1)
  and hashint8(s.id) between %s and %s
"""
HASHES = 2**32
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
    asked = parser.parse_args()
    with installation(asked.data) as bench:
        before = told()
        began = time.monotonic()
        sent = send(bench, asked.n)
        seconds = time.monotonic() - began
        print(f"{sent:,} edits in {seconds:.0f} s, settled: {sent / seconds:.0f} a second")
        show("after the edits", told(), before)
        driver().execute("rollback")
        driver().autocommit = True
        driver().execute("vacuum (analyze)")
        driver().autocommit = False
        show("after a vacuum", told(), before)


def send(bench: Bench, wanted: int) -> int:
    """Sends so many edits of interviews from all over; how many there were."""
    (held,) = driver().execute("select count(*) from submissions").fetchone() or (0,)
    slices = max(1, -(-held // SLICE))
    sent = 0
    for number in range(slices):
        if sent >= wanted:
            break
        bodies = list(edits(number, slices))[: wanted - sent]
        url = f"{bench.sending}/submission"
        result = load.run(url, (load.request("POST", url, b, KIND) for b in bodies), MANY)
        assert set(result.statuses) == {201}, result.statuses
        settle()
        sent += len(bodies)
        print(f"\r{sent:,} of {wanted:,}", end="  ", flush=True)
    print()
    return sent


def edits(number: int, slices: int) -> Iterator[bytes]:
    """The bodies of edits of every so-manieth interview."""
    width = HASHES // slices
    low = -(HASHES // 2) + number * width
    rows = driver().execute(NEWEST, (low, low + width - 1)).fetchall()
    db.session.rollback()
    for (xml,) in rows:
        found = INSTANCE_ID.search(xml)
        assert found is not None
        ids = b"<instanceID>uuid:%s</instanceID><deprecatedID>%s</deprecatedID>" % (
            str(uuid.uuid4()).encode(),
            found[1],
        )
        yield templates.HEAD + INSTANCE_ID.sub(ids, DEPRECATED_ID.sub(b"", xml)) + templates.TAIL


def told() -> dict[str, tuple[int, ...]]:
    """What PostgreSQL says of its largest tables."""
    time.sleep(REPORTED_EVERY)
    rows = driver().execute(TABLES).fetchall()
    db.session.rollback()
    return {name: tuple(numbers) for name, *numbers in rows}


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
