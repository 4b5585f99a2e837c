"""What summing up and evaluating again cost: `python tests/benchmarks/figures.py --n 20000`.

Some interviews are sent as phones send them; their rows are then copied in the database, to other
villages, until there are as many as asked. Measured are the full recompute (all villages summed up
from the stored pairs) and the evaluation of the household form from XML, both by the installation's
own worker. CPU is that of its process trees, in milliseconds for each
interview; what that means for a million is arithmetic, not a measurement.
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app import queue
from app.db import db, driver, on_commit, transaction
from app.forms.queries import find_form
from app.indicators import reevaluate, stale
from app.org_units.queries import find_by_code
from app.org_units.villages import create_village
from tests.benchmarks import load, programme, report
from tests.benchmarks.machine import Meter
from tests.benchmarks.measure import CONNECTIONS, KIND, Bench, new_bodies, settle
from tests.benchmarks.run import installation

FEWEST = 100  # households of a village
FAR = 10_000_000  # between the ids of a copy and those of the next
MILLION = 1_000_000
# What is different in a copy of an interview's row, by table; the first column is its key.
COPIED = {
    "instances": {"id": "id + %(by)s", "instance_id": "instance_id || %(mark)s"},
    "interviews": {
        "instance_pk": "instance_pk + %(by)s",
        "submission_id": "submission_id + %(by)s",
        "village_id": "(%(villages)s::jsonb ->> village_id::text)::int",
        "subject": "subject || %(mark)s",
        "household": "household || %(mark)s",
    },
    "observations": {"instance_pk": "instance_pk + %(by)s"},
    "submissions": {
        "id": "id + %(by)s",
        "unit_id": "(%(villages)s::jsonb ->> unit_id::text)::int",
        "current_pk": "current_pk + %(by)s",
        "approved_pk": "approved_pk + %(by)s",
    },
    "counted_interviews": {
        "instance_pk": "instance_pk + %(by)s",
        "submission_id": "submission_id + %(by)s",
        "village_id": "(%(villages)s::jsonb ->> village_id::text)::int",
        "subject": "subject || %(mark)s",
        "household": "household || %(mark)s",
    },
}


def main() -> None:
    """Prepare, copy, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--n", type=int, default=20_000, help="interviews, about")
    asked = parser.parse_args()
    with installation() as bench:
        report.begin()
        sent = send(bench)
        copies = max(0, asked.n // len(sent) - 1)
        for number in range(1, copies + 1):
            copy(sent, number)
        driver().execute("analyze")
        db.session.commit()
        held = len(sent) * (copies + 1)
        (villages, domains) = sizes()
        print(f"\n{held:,} interviews in {villages:,} villages, {domains:.0f} figures each")
        measure(bench, "summed up from stored pairs", held, sum_up)
        measure(bench, "evaluated from XML", held, evaluate)


def send(bench: Bench) -> list[int]:
    """Interviews that phones sent; their instances."""
    bodies = new_bodies(bench, programme.TEMPLATE)
    url = f"{bench.sending}/submission"
    load.run(url, [load.request("POST", url, body, KIND) for body in bodies], CONNECTIONS)
    settle()
    found = driver().execute("select instance_pk from observations order by 1").fetchall()
    db.session.rollback()
    return [pk for (pk,) in found]


def copy(sent: list[int], number: int) -> None:
    """The same interviews once more, about other households of other villages."""
    asked: dict[str, object] = {"sent": sent, "by": number * FAR, "mark": f"~{number}"}
    with transaction():
        asked["villages"] = json.dumps(elsewhere(sent, number))
        for table, changes in COPIED.items():
            rows = driver().execute(
                "select column_name from information_schema.columns where table_name = %s", (table,)
            )
            names = [name for (name,) in rows]
            said = ", ".join(changes.get(name, name) for name in names)
            driver().execute(
                f"insert into {table} ({', '.join(names)}) select {said} from {table}"
                f" where {next(iter(changes))} = any(%(sent)s)",
                asked,
            )


def elsewhere(sent: list[int], number: int) -> dict[int, int]:
    """For each village of the interviews the one that a copy puts them into."""
    rows = driver().execute(
        "select village_id, count(*) from interviews where instance_pk = any(%s) group by 1",
        (sent,),
    )
    commune = find_by_code(programme.COMMUNE)
    assert commune is not None
    made = {}
    for village_id, count in rows.fetchall():
        village = create_village(commune.id, f"Làng {number} {village_id}", "làng")
        made[village_id] = village.id
        driver().execute(
            "insert into households (project_id, code, village_id)"
            " select %s, %s || '-' || n, %s from generate_series(1, %s) n",
            (programme.PROJECT, village.public_id, village.id, max(count, FEWEST)),
        )
    return made


def sizes() -> tuple[int, float]:
    """How many villages have sums, and how many figures an interview adds to."""
    found = driver().execute(
        "select (select count(distinct village_id) from counted_interviews),"
        " (select avg(cardinality(domain_ids)) from observations)"
    )
    villages, domains = found.fetchone() or (0, 0)
    db.session.rollback()
    return int(villages), float(domains)


def sum_up() -> None:
    """Owes the sums of all villages."""
    stale.mark_project_stale(programme.PROJECT)


def evaluate() -> None:
    """Owes the evaluation of the household form."""
    form = find_form(programme.PROJECT, "xhs_ho")
    assert form is not None
    reevaluate.begin(form.id)


def measure(bench: Bench, name: str, held: int, owe: Callable[[], None]) -> None:
    """Print what it takes until nothing is owed."""
    meter = Meter(bench.pids)
    with transaction():
        owe()
        on_commit(queue.ring)
    settle()
    wall, cpu = meter.wall(), meter.cpu()
    total = sum(cpu.values())
    parts = ", ".join(f"{part} {1000 * used / held:.3f}" for part, used in cpu.items() if used)
    print(
        f"{name}: {wall:.1f} s, {1000 * total / held:.3f} ms of CPU an interview ({parts});"
        f" a million would be {total / held * MILLION:.0f} s of CPU"
    )


if __name__ == "__main__":
    main()
