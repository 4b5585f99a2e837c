"""How soon an approval is seen: `python tests/benchmarks/fresh.py`, some minutes.

Phones send so many interviews a second, whether or not the server keeps up, into a thousand
villages. Meanwhile a reviewer approves held interviews by the API, one at a time, and asks for a
figure of the village, then of its commune, then of the province, until each holds the approved
one: its members stand in a group of a breakdown to which no other interview adds. Printed is how
long that took from the request on. The folder may be one that `large.py` filled (--data); else it
is new, and --n interviews are sent first.
"""

import argparse
import itertools
import json
import multiprocessing
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app import ledger
from app.accounts.actors import OPERATOR
from app.accounts.grants import grant_role
from app.accounts.tokens import issue_api_token
from app.accounts.users import create_user
from app.db import db, driver, transaction
from app.org_units.queries import find_by_code
from tests.benchmarks import large, load, programme, report, templates
from tests.benchmarks.large import Village
from tests.benchmarks.machine import Meter
from tests.benchmarks.measure import KIND, MANY, Bench, settle

LEVELS = ("village", "commune", "province")
FIGURE, GROUP = ("XHS-07b", "src"), "3"  # who answered: 1 or 2 in all other interviews
MEMBERS = 3
HELD_IN = 2 * large.COMMUNE_SIZE  # the first villages are the reviewer's alone
PAUSE, AGAIN = 0.5, 0.05  # seconds between two approvals, and between two questions
LONGEST = 60.0  # seconds after which an approval counts as not seen
MARK, COMMUNE_MARK = "T-VVVVVV", "CCCCC"


@dataclass(frozen=True, slots=True)
class Held:
    """An interview that waits, and the places in whose figures it will count."""

    submission_id: int
    units: tuple[int, ...]  # village, commune, province


@dataclass(frozen=True, slots=True)
class Seen:
    """Seconds from an approval until each level's figure had it, and to the approval's answer."""

    answered: float
    levels: tuple[float, ...]


def main() -> None:
    """Prepare, send and approve, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder that is kept")
    parser.add_argument("--n", type=int, default=10_000, help="interviews to hold before")
    parser.add_argument("--villages", type=int, default=1000, help="into which phones send")
    parser.add_argument("--rate", type=float, default=200, help="interviews a second")
    parser.add_argument("--seconds", type=float, default=90)
    asked = parser.parse_args()
    with ExitStack() as stack:
        folder = asked.data or Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bench = stack.enter_context(large.installation(folder))
        report.machine()
        large.load_until(bench, asked.n)
        villages = large.visited()
        busy = villages[HELD_IN : HELD_IN + asked.villages]
        bodies = list(sent_into(busy, int(asked.rate * asked.seconds), next(bench.firsts)))
        programme.register(programme.households_in(bodies))
        held = hold(bench, villages[:HELD_IN], int(asked.seconds))
        print(f"with {large.stored():,} interviews, {asked.rate:.0f} a second more:")
        measure(bench, bodies, held, asked.rate)


def sent_into(villages: list[Village], count: int, first: int) -> Iterator[bytes]:
    """Interviews of new households, one village after the other and round again."""
    own = f"<village_id>{MARK}</village_id><enum_code>DTV01</enum_code></place><hh_id>{MARK}-"
    template = large.OPTIONS.sub(own, programme.TEMPLATE.replace(programme.COMMUNE, COMMUNE_MARK))
    source = templates.bodies(template, seed=first, first=first)
    for body, (village, commune) in zip(
        itertools.islice(source, count), itertools.cycle(villages), strict=False
    ):
        yield body.replace(MARK.encode(), village.encode()).replace(
            COMMUNE_MARK.encode(), commune.encode()
        )


def hold(bench: Bench, villages: list[Village], count: int) -> list[Held]:
    """Interviews that wait, as their households are not registered; one to approve each time."""
    url = f"{bench.sending}/submission"
    bodies = [
        re.sub(
            rb"<m_net3>.*?</m_net3>",
            b"<m_net3>1</m_net3>",
            re.sub(rb"<m_src>.*?</m_src>", f"<m_src>{GROUP}</m_src>".encode(), body),
        )
        for body in sent_into(villages, count, next(bench.firsts))
    ]
    load.run(url, [load.request("POST", url, body, KIND) for body in bodies], MANY)
    settle()
    rows = driver().execute(
        "select s.id, s.unit_id, c.id, p.id from submissions s"
        " join org_unit_ancestors a on a.unit_id = s.unit_id and a.valid_to is null"
        " join org_units c on c.id = a.ancestor_id and c.level = 'commune'"
        " join org_unit_ancestors b on b.unit_id = s.unit_id and b.valid_to is null"
        " join org_units p on p.id = b.ancestor_id and p.level = 'province'"
        " where s.state = 'received' order by s.id desc limit %s",
        (count,),
    )
    found = [Held(row[0], tuple(row[1:])) for row in rows.fetchall()]
    db.session.rollback()
    assert len(found) == count, f"{len(found)} of {count} interviews wait"
    return found


def measure(bench: Bench, bodies: list[bytes], held: list[Held], rate: float) -> None:
    """Send from a process of its own, and approve until all is sent."""
    key = reviewer()
    meter = Meter(bench.pids)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        sending = pool.apply_async(send, (f"{bench.sending}/submission", bodies, rate))
        seen, owed = [], []
        for one in held:
            if sending.ready():
                break
            seen.append(approve(bench, key, one))
            owed.append(ledger.owed(driver()).stale_villages)
            db.session.rollback()
            time.sleep(PAUSE)
        result, took = sending.get()
    cpu = meter.cpu()
    settle()
    print(f"sent {len(bodies) / took:.0f} a second, answered {dict(result.statuses)},")
    print(f"  p50 {result.milliseconds(0.5):.0f} ms, p99 {result.milliseconds(0.99):.0f} ms")
    print(f"{len(seen)} approvals; villages owed at the time {min(owed)} to {max(owed)}")
    print_delays("approval answered", [one.answered for one in seen])
    for number, level in enumerate(LEVELS):
        print_delays(f"seen in the {level}", [one.levels[number] for one in seen])
    parts = ", ".join(f"{part} {1000 * used / len(bodies):.2f}" for part, used in cpu.items())
    print(f"CPU in ms for each interview sent: {parts}; settled {meter.wall() - took:.0f} s later")


def send(url: str, bodies: list[bytes], rate: float) -> tuple[load.Result, float]:
    """All bodies at a rate; the answers, and how many seconds it took."""
    began = time.perf_counter()
    requests = (load.request("POST", url, body, KIND) for body in bodies)
    result = load.run_steadily(url, requests, rate, MANY)
    return result, time.perf_counter() - began


def reviewer() -> str:
    """The API key of somebody who decides in the whole province."""
    with transaction():
        province = find_by_code(large.PROVINCE)
        assert province is not None
        name = f"reviewer{time.time_ns()}"
        user = create_user(OPERATOR, username=name, full_name=name, password=programme.PASSWORD)
        grant_role(
            OPERATOR,
            user,
            role="commune_reviewer",
            unit_id=province.id,
            project_id=programme.PROJECT,
        )
        return issue_api_token(user, "benchmark")


def approve(bench: Bench, key: str, one: Held) -> Seen:
    """Approve one interview, and wait until its members are in the figures of all levels."""
    before = [answers(bench, key, unit) for unit in one.units]
    began = time.perf_counter()
    ask(bench, key, f"/submissions/{one.submission_id}", {"state": "approved"})
    answered = time.perf_counter() - began
    levels = []
    for unit, had in zip(one.units, before, strict=True):
        while answers(bench, key, unit) < had + MEMBERS:
            assert time.perf_counter() - began < LONGEST, f"{one} is not seen"
            time.sleep(AGAIN)
        levels.append(time.perf_counter() - began)
    return Seen(answered, tuple(levels))


def answers(bench: Bench, key: str, unit: int) -> int:
    """How many members of the group the unit's figure is made of."""
    code, by = FIGURE
    found = ask(bench, key, f"/indicators?unit={unit}&indicator={code}&by={by}")
    return sum(item["n"] for item in found["items"] if item["by"]["value"] == GROUP)


def ask(bench: Bench, key: str, path: str, change: dict[str, str] | None = None) -> Any:
    """What the API answers."""
    request = Request(
        f"{bench.base_url}/api/v1{path}",
        data=None if change is None else json.dumps(change).encode(),
        method="GET" if change is None else "PATCH",
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urlopen(request) as answer:
        return json.load(answer)


def print_delays(name: str, seconds: list[float]) -> None:
    """How long it took: half of the times, 95 in a hundred, and always."""
    ordered = sorted(seconds)
    p50, p95 = (ordered[min(int(share * len(ordered)), len(ordered) - 1)] for share in (0.5, 0.95))
    print(f"{name}: p50 {p50:.2f} s, p95 {p95:.2f} s, longest {ordered[-1]:.2f} s")


if __name__ == "__main__":
    main()
