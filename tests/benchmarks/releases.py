"""How long giving figures out takes: `python tests/benchmarks/releases.py --data FOLDER`.

A folder that `large.py` filled, of which a part is enough: villages that nobody visited get copies
of the rows of visited ones, until the whole province is there. Measured at the pages, as a person
meets them: what a release would change, giving it out (the answer, and until it is read by all),
and the page of it; first of all villages, then after households of all villages have changed.
"""

import argparse
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app.db import db, driver, transaction
from app.indicators import communes
from tests.benchmarks import large, programme, report
from tests.benchmarks.machine import Meter
from tests.benchmarks.measure import Bench, settle

FAR = 10_000_000_000  # between the ids of a copy and those of the next
CHANGED = 10  # households of a village
PAUSE = 0.1

# Each village without an interview, with a visited one and the number of its copy.
PAIRS = """
create temp table copies on commit drop as
with visited as (
    select village_id, row_number() over (order by village_id) - 1 as n from village_bases
    where round_id = %(round)s group by village_id having sum(n) > 0
), others as (
    select id, row_number() over (order by id) - 1 as n from org_units
    where public_id like 'T-L%%' and id not in (select village_id from visited)
)
select o.id as village_id, v.village_id as source, 1 + o.n / (select count(*) from visited) as copy
from others o join visited v on v.n = o.n %% (select count(*) from visited)
"""
FAR_AWAY = {name: f"{name} + copy * {FAR}" for name in ("instance_pk", "submission_id")}
MARKED = {name: f"{name} || '~' || copy" for name in ("subject", "household")}
HERE = {"village_id": "copies.village_id"}
# By table, what is different in a copy of a row; the village stands in the first of them.
COPIED = {
    "village_bases": HERE,
    "village_sums": HERE,
    "village_states": HERE | {"state": "default"},
    "counted_interviews": HERE | FAR_AWAY | MARKED,
    "interviews": HERE | FAR_AWAY | MARKED | {"answers": "'{}'::jsonb"},
    "submissions": {"unit_id": "copies.village_id", "id": f"id + copy * {FAR}"}
    | {name: f"{name} + copy * {FAR}" for name in ("current_pk", "approved_pk")},
}


def main() -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that is kept")
    asked = parser.parse_args()
    with large.installation(asked.data) as bench:
        fill()
        settle()
        report.machine()
        person = Person(bench, large.signed_in())
        for _ in range(2):
            measure(bench, person)
            change()
            settle()


class Person:
    """Somebody at a browser who gives figures out."""

    def __init__(self, bench: Bench, cookie: str) -> None:
        self.cookie = cookie.removeprefix("Cookie: ")
        self.round = f"{bench.base_url}/rounds/{_round()}/releases"
        self.key = f"Bearer {bench.api_key}"
        self.mark = ""

    def look(self, more: str = "") -> str:
        """A page of the round's releases."""
        with urlopen(Request(self.round + more, headers={"Cookie": self.cookie})) as answer:
            page: str = answer.read().decode()
        self.mark = (re.findall(r'name="csrf" value="(\w+)"', page) or [self.mark])[-1]
        return page

    def press(self, more: str) -> str:
        """The page that follows when they press the button of the last one."""
        body = urlencode({"csrf": self.mark, "status": "provisional", "reason": ""}).encode()
        headers = {"Cookie": self.cookie, "Origin": self.round.partition("/rounds")[0]}
        with urlopen(Request(self.round + more, body, headers)) as answer:
            page: str = answer.read().decode()
        return page


def measure(bench: Bench, person: Person) -> None:
    """Look at what would change, give it out, look at what was."""
    settle()
    show(bench, "what would change", lambda: person.look("/new"))
    show(bench, "the same again", lambda: person.look("/new"))
    meter = Meter(bench.pids)
    show(bench, "give out: the answer", lambda: person.press("/new"))
    while (state := newest()) and state[1] != "out":
        time.sleep(PAUSE)
    assert state is not None
    cpu = sum(meter.cpu().values())
    print(f"release {state[0]} is out after {meter.wall():.1f} s, {cpu:.1f} s of CPU", flush=True)
    show(bench, "the page of it", lambda: person.look(f"/{state[0]}"))
    show(bench, "the same again", lambda: person.look(f"/{state[0]}"))
    show(bench, "the list of releases", person.look)
    api = f"{bench.base_url}/api/v1/releases/{state[0]}?round={programme.ROUND}"
    show(bench, "API: what it changed", lambda: _ask(api, person.key))


def show(bench: Bench, name: str, ask: Callable[[], str]) -> None:
    """Print how long an answer took, the CPU of it, and how large it is."""
    meter = Meter({part: bench.pids[part] for part in ("web", "postgres")})
    answer = ask()
    wall, cpu = meter.wall(), sum(meter.cpu().values())
    size, rows = len(answer) / 1000, answer.count("<tr")
    print(f"{name:{report.WIDTH}}{wall:>8.2f} s{cpu:>8.2f} s CPU{size:>8.0f} KB{rows:>6} rows")


def fill() -> None:
    """Copies of visited villages where nobody was."""
    large.visited()
    with transaction():
        driver().execute(PAIRS, {"round": _round()})
        for table, changes in COPIED.items():
            village = next(iter(changes))
            rows = driver().execute(
                "select column_name from information_schema.columns where table_name = %s"
                " and is_generated = 'NEVER'",
                (table,),
            )
            names = [name for (name,) in rows if changes.get(name) != "default"]
            said = ", ".join(changes.get(name, f"t.{name}") for name in names)
            if table.startswith("village"):
                driver().execute(
                    f"delete from {table} where {village} in (select village_id from copies)"
                )
            driver().execute(
                f"insert into {table} ({', '.join(names)}) select {said} from {table} t"
                f" join copies on copies.source = t.{village}"
            )
        communes.owe_all()
    driver().execute("analyze")
    db.session.commit()


def change() -> None:
    """Some households of each village are there no longer, as if it had been summed up again."""
    with transaction():
        driver().execute(
            "delete from counted_interviews where instance_pk in (select instance_pk from ("
            " select instance_pk, row_number() over (partition by village_id) as n"
            " from counted_interviews where round_id = %s) numbered where n <= %s)",
            (_round(), CHANGED),
        )
        for table, said in {
            "village_sums": "y = y * 0.9, x = x * 0.9",
            "village_bases": f"n = greatest(n - {CHANGED}, 0), computed_at = now()",
            "village_states": "state = default",
        }.items():
            driver().execute(f"update {table} set {said} where round_id = %s", (_round(),))
        communes.owe_all()


def newest() -> tuple[int, str] | None:
    """Number and state of the newest release."""
    row = (
        driver()
        .execute(
            "select version, state from releases where round_id = %s order by 1 desc limit 1",
            (_round(),),
        )
        .fetchone()
    )
    db.session.rollback()
    return row


def _round() -> int:
    row = (
        driver()
        .execute(
            "select id from rounds where project_id = %s and code = %s",
            (programme.PROJECT, programme.ROUND),
        )
        .fetchone()
    )
    assert row is not None
    return int(row[0])


def _ask(address: str, key: str) -> str:
    with urlopen(Request(address, headers={"Authorization": key})) as answer:
        text: str = answer.read().decode()
    return text


if __name__ == "__main__":
    main()
