"""What summing up and evaluating again cost: `python tests/benchmarks/figures.py --n 20000`.

Some interviews are sent as phones send them; their rows are then copied in the database, to other
villages, until there are as many as asked; or a folder that `large.py` filled is taken as it is
(--data). Measured are the full recompute (all villages summed up from the stored pairs, by
`thonso figures recompute` beside the installation's own worker) and the evaluation of the household
form from XML by that worker, or of its first --evaluate interviews. CPU is that of the process
trees and of the command, in milliseconds for each interview.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app import queue
from app.accounts.actors import OPERATOR
from app.db import db, driver, on_commit, transaction
from app.indicators import reevaluate
from app.org_units.queries import find_by_code
from app.org_units.villages import create_village
from tests.benchmarks import large, load, programme, report
from tests.benchmarks.machine import Meter
from tests.benchmarks.measure import CONNECTIONS, KIND, Bench, new_bodies, settle
from tests.benchmarks.run import installation

FEWEST = 100  # households of a village
FAR = 10_000_000  # between the ids of a copy and those of the next
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
    parser.add_argument("--data", type=Path, help="folder that is kept, instead")
    parser.add_argument("--evaluate", type=int, default=50_000, help="of them from XML, about")
    asked = parser.parse_args()
    with ExitStack() as stack:
        kept = large.installation(asked.data) if asked.data else installation()
        bench = stack.enter_context(kept)
        report.machine()
        if not asked.data:
            multiply(send(bench), asked.n)
        held, villages, domains = sizes()
        print(f"{held:,} interviews in {villages:,} villages, {domains:.0f} figures each")
        recompute(bench, held)
        evaluate(bench, asked.evaluate)


def multiply(sent: list[int], wanted: int) -> None:
    """Copies of what was sent, until there are so many interviews."""
    for number in range(1, max(1, wanted // len(sent))):
        copy(sent, number)
    driver().execute("analyze")
    db.session.commit()


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


def sizes() -> tuple[int, int, float]:
    """How many interviews count, of how many villages, and to how many figures each adds."""
    found = driver().execute(
        "select count(*), count(distinct village_id), (select avg(cardinality(domain_ids))"
        " from observations) from counted_interviews"
    )
    held, villages, domains = found.fetchone() or (0, 0, 0)
    db.session.rollback()
    return int(held), int(villages), float(domains or 0)


def recompute(bench: Bench, held: int) -> None:
    """Sum all villages up with the command, and print what it took."""
    meter, before = Meter(bench.pids), os.times()
    command = [sys.executable, "-P", "-m", "app.cli.main", "figures", "recompute"]
    subprocess.run(command, check=True, env=os.environ | {"THONSO_DATA": bench.data_dir})
    settle()
    after = os.times()
    own = sum(after[2:4]) - sum(before[2:4])  # of children, user and system
    show("summed up from stored pairs", held, meter, command=own)


def evaluate(bench: Bench, wanted: int) -> None:
    """Let the worker evaluate so many interviews of the household form, and print what it took."""
    with transaction():
        reevaluate.start(programme.PROJECT, programme.HOUSEHOLD_FORM, OPERATOR)
        on_commit(queue.ring)
    meter = Meter(bench.pids)
    while (known := progress()).state == "running" and known.done < wanted:
        time.sleep(0.5)
    show("evaluated from XML", known.done, meter)
    print(f"  of which, as its page says, {known.cpu_each or 0:.3f} ms an interview by the worker")
    if known.state == "running":
        with transaction():
            reevaluate.stop(programme.PROJECT, programme.HOUSEHOLD_FORM, OPERATOR)


def progress() -> reevaluate.Progress:
    """How far the household form is."""
    known = reevaluate.list_progress(programme.PROJECT)
    db.session.rollback()
    return next(one for one in known if one.form == programme.HOUSEHOLD_FORM)


def show(name: str, count: int, meter: Meter, **further: float) -> None:
    """Print what so many interviews took so far."""
    wall, cpu = meter.wall(), meter.cpu() | further
    total = sum(cpu.values())
    parts = ", ".join(f"{part} {1000 * used / count:.3f}" for part, used in cpu.items() if used)
    print(
        f"{name}: {count:,} in {wall:.1f} s; {total:.1f} s of CPU,"
        f" {1000 * total / count:.3f} ms an interview ({parts})",
        flush=True,
    )


if __name__ == "__main__":
    main()
