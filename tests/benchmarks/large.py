"""How much slower a large installation is: `python tests/benchmarks/large.py --data FOLDER`.

Interviews are sent as phones send them until the folder holds as many as asked (a million), which
takes as long as it takes; what is there already is kept, so that the load can be stopped and gone
on with. At each mark on the way the same measurements are made, and large tables that had to be
read from end to end are named: where there is none, every search had its index.
"""

import argparse
import itertools
import json
import os
import re
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app import create_app
from app.accounts import sessions
from app.accounts.app_users import app_user_token, create_app_user
from app.api.cursors import read_cursor, write_cursor
from app.config import Config
from app.db import close_db, db, driver, transaction
from app.embedded import daemon
from app.org_units.hierarchy import descendants
from app.org_units.queries import codes_of, find_by_code
from app.org_units.villages import create_village
from app.pages.cookies import SESSION
from tests.benchmarks import load, programme, report, scans, templates
from tests.benchmarks.measure import (
    CONNECTIONS,
    KIND,
    MANY,
    ROUNDS,
    SUBMISSIONS,
    WARM_UP,
    Bench,
    new_bodies,
    read,
    settle,
    submit,
)

MARKS = (10_000, 100_000, 1_000_000)
HOUSEHOLDS, COMMUNE_SIZE = 200, len(programme.VILLAGE_IDS)  # of a village; villages of a commune
SLICE = 25 * HOUSEHOLDS  # interviews sent between two looks at what is settled
PROVINCE = "52"
OWN_NUMBERS = 10_000_000  # numbers of households that only measurements use
Village = tuple[str, str]  # its id, and the code of its commune
OPTIONS = re.compile(r"\{\{pick:<village_id>.*?\}\}(?=\{\{n\}\})")


def main() -> None:
    """Load up to each mark, and measure there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that is kept")
    parser.add_argument("--n", type=int, default=MARKS[-1], help="interviews to hold at the end")
    asked = parser.parse_args()
    with installation(asked.data) as bench:
        report.begin()
        for mark in sorted({*(mark for mark in MARKS if mark < asked.n), asked.n}):
            if stored() <= mark:
                load_until(bench, mark)
                measure(bench)


def stored() -> int:
    """How many interviews the installation holds, however often they were edited."""
    (count,) = driver().execute("select count(*) from submissions").fetchone() or (0,)
    db.session.rollback()
    return int(count)


def load_until(bench: Bench, wanted: int) -> None:
    """Send interviews of new households, village after village, until so many are held."""
    villages = visited()
    url, began, first = f"{bench.sending}/submission", time.monotonic(), stored()
    while (held := stored()) < wanted:
        count = min(SLICE, wanted - held)
        bodies = list(itertools.islice(interviews(villages, held), count))
        programme.register(programme.households_in(bodies))
        result = load.run(url, (load.request("POST", url, b, KIND) for b in bodies), MANY)
        assert set(result.statuses) == {201}, result.statuses
        settle()
        rate = (held + count - first) / (time.monotonic() - began)
        left = (wanted - held - count) / rate / 60
        print(f"\r{held + count:,} of {wanted:,}; {rate:.0f}/s, {left:.0f} min to go", end="  ")
        sys.stdout.flush()
    driver().execute("analyze")
    db.session.commit()
    print()


def interviews(villages: list[Village], first: int) -> Iterator[bytes]:
    """Interviews from the so-manieth on: each village's households one after the other."""
    for start in itertools.count(first - first % HOUSEHOLDS, HOUSEHOLDS):
        village, commune = villages[start // HOUSEHOLDS]
        bodies = templates.bodies(template_of(village, commune), seed=start, first=start)
        yield from itertools.islice(bodies, max(0, first - start), HOUSEHOLDS)


def template_of(village: str, commune: str) -> str:
    """The benchmark's template for one village."""
    own = f"<village_id>{village}</village_id><enum_code>DTV01</enum_code></place><hh_id>{village}-"
    return OPTIONS.sub(own, programme.TEMPLATE.replace(programme.COMMUNE, commune))


def elsewhere(villages: list[Village], held: int) -> str:
    """The benchmark's template for the villages of the next commune that nobody visited."""
    begin = -(-held // HOUSEHOLDS // COMMUNE_SIZE) * COMMUNE_SIZE
    there = villages[begin : begin + COMMUNE_SIZE]
    template = programme.TEMPLATE.replace(programme.COMMUNE, there[0][1])
    for old, (new, _) in zip(programme.VILLAGE_IDS, there, strict=True):
        template = template.replace(old, new)
    return template


def visited() -> list[Village]:
    """All villages in the order in which they are visited; made when there are too few."""
    with transaction():
        province = find_by_code(PROVINCE)
        assert province is not None
        communes = [unit.id for unit in descendants(province.id, "commune")]
        codes = codes_of(communes)
        have = driver().execute("select public_id from org_units where public_id like 'T-L%'")
        made = len(have.fetchall())
        wanted = len(communes) * COMMUNE_SIZE
        for number in range(made, wanted):
            place = communes[number // COMMUNE_SIZE]
            create_village(place, f"Làng {number}", "làng").public_id = _id(number)
    return [(_id(number), codes[communes[number // COMMUNE_SIZE]]) for number in range(wanted)]


def _id(number: int) -> str:
    return f"T-L{number:04}"


def measure(bench: Bench) -> None:
    """The rows of this mark: intake, then what people and programmes read."""
    print(f"\nwith {stored():,} interviews:")
    villages = visited()
    with scans.counted():
        for name, connections in {"intake": CONNECTIONS, "intake, 32 connections": MANY}.items():
            runs = []
            for _ in range(ROUNDS):
                bodies = new_bodies(bench, elsewhere(villages, stored()))
                runs.append(submit(bench, bodies, connections=connections))
            report.line(name, runs)
    cookie = signed_in()
    with scans.counted():
        for name, method, url, headers in (*bench.reads(), *pages(bench, cookie)):
            report.line(name, [read(bench, method, url, *headers) for _ in range(ROUNDS)])
    scans.print_sizes()


def pages(bench: Bench, cookie: str) -> Iterator[tuple[str, str, str, list[str]]]:
    """What reviewers look at: lists of a commune and of the province, what is searched for."""
    with transaction():
        province = find_by_code(PROVINCE)
        assert province is not None
        household = driver().execute("select code from households order by id desc limit 1")
        code = str((household.fetchone() or ("T-",))[0])
    commune = f"{bench.base_url}/communes/{bench.commune_id}"
    whole = f"{bench.base_url}/communes/{province.id}/submissions"
    yield "page: home", "GET", f"{bench.base_url}/", [cookie]
    yield "page: commune", "GET", commune, [cookie]
    yield "page: its interviews", "GET", f"{commune}/submissions", [cookie]
    yield "page: those that wait", "GET", f"{commune}/submissions?state=waiting", [cookie]
    yield "page: the province's", "GET", whole, [cookie]
    yield "page: those that wait in it", "GET", f"{whole}?state=waiting", [cookie]
    yield "search: a household", "GET", f"{whole}?q={code}", [cookie]
    yield "search: a surveyor", "GET", f"{whole}?q=DTV01", [cookie]
    yield "search: a number", "GET", f"{whole}?q=77", [cookie]
    key = f"Authorization: Bearer {bench.api_key}"
    listed = f"{bench.base_url}/api/v1/submissions?unit={bench.commune_id}"
    yield "API: newest interviews", "GET", listed, [key]
    feed = f"{bench.base_url}/api/v1/changes"
    yield "API: changes, the first 200", "GET", feed, [key]
    for name, cursor in cursors(feed, bench.api_key).items():
        yield f"API: changes, {name}", "GET", f"{feed}?next={cursor}", [key]


def cursors(feed: str, api_key: str) -> dict[str, str]:
    """Cursors of the feed in the middle of all changes, and at their end."""
    key = {"Authorization": f"Bearer {api_key}"}
    with urllib.request.urlopen(urllib.request.Request(f"{feed}?limit=1", headers=key)) as answer:
        [first] = read_cursor(json.load(answer)["next"])
    history = str(first).rpartition(".")[2]
    row = driver().execute("select max(changed_in), max(id) from submissions").fetchone()
    db.session.rollback()
    assert row is not None
    last, newest = row
    places = {"from the middle": (last // 2, 0), "the tail": (last, newest)}
    return {name: write_cursor([f"{at}.{pk}.{history}"]) for name, (at, pk) in places.items()}


def signed_in() -> str:
    """The cookie of the benchmark's reader."""
    with transaction():
        token, _ = sessions.sign_in(programme.READER, programme.PASSWORD)
    return f"Cookie: {SESSION}={token}"


def everywhere() -> str:
    """The token of a phone that may send from the whole province."""
    with transaction():
        province = find_by_code(PROVINCE)
        assert province is not None
        phone = create_app_user(programme.PROJECT, "All", "all", "DTV04", [province.id])
        return app_user_token(phone)


@contextmanager
def installation(folder: Path) -> Iterator[Bench]:
    """The kept installation, prepared when it is new; inside, the application's context."""
    for name in ("DATABASE_URL", "REDIS_URL", "THONSO_HOST", "THONSO_PORT", "THONSO_PUBLIC_URL"):
        os.environ.pop(name, None)
    os.environ["THONSO_DATA"] = str(folder.resolve())
    notes = folder / "benchmark.json"
    config = Config.from_environment()
    running = daemon.start(config)
    app = create_app(config)
    try:
        with app.app_context():
            if not notes.exists():
                made = replace(programme.prepare(), sender=everywhere())
                notes.write_text(json.dumps(asdict(made)))
            made = programme.Programme(**json.loads(notes.read_text()))
            # Measurements repeated on a kept folder begin behind the households of earlier ones.
            own = itertools.count(OWN_NUMBERS + stored(), SUBMISSIONS + WARM_UP)
            yield replace(Bench.of(running, made), firsts=own)
    finally:
        close_db(app)
        daemon.stop(config.data_dir)


if __name__ == "__main__":
    main()
