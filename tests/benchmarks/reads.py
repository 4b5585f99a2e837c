"""What reading figures and points costs: `python tests/benchmarks/reads.py --data FOLDER`.

FOLDER is one that `large.py` has filled; `--n` fills a new one first. One reader asks at a time, so
that latencies are those of the answer and not of a queue. Scorecards are asked of all communes that
have figures, one after the other; the commune of the larger pages has eighty villages, all of them
visited. The scorecard is the one of 300 points that comes along.
"""

import argparse
import itertools
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))  # started as a script, it is not a package's

from app.db import db, driver
from tests.benchmarks import large, load, programme, report, scans
from tests.benchmarks.machine import Meter
from tests.benchmarks.measure import KIND, MANY, PARTS, Bench, new_bodies, settle

ASKED, WARM_UP = 400, 60  # requests of a row
SLOW = 60  # requests of one that takes long
FEW = 2  # visited villages make a commune one whose card is asked for
COMMUNES = """
select a.ancestor_id from village_bases b
join org_unit_ancestors a on a.unit_id = b.village_id and a.valid_to is null
join org_units u on u.id = a.ancestor_id and u.level = 'commune'
where b.n > 0 group by 1 having count(distinct b.village_id) >= %s order by 1
"""
EMPTY = """
select count(*) from org_unit_ancestors a join org_units u on u.id = a.unit_id
where a.ancestor_id = %s and a.valid_to is null and u.level = 'village' and u.public_id = any(%s)
  and not exists (select from village_bases b where b.village_id = u.id and b.n > 0)
"""


class Row(NamedTuple):
    """What is asked: addresses that take turns, and how often in all."""

    name: str
    urls: Sequence[str]
    header: str
    count: int = ASKED


def main() -> None:
    """Prepare, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that is kept")
    parser.add_argument("--n", type=int, default=0, help="interviews to hold at least")
    asked = parser.parse_args()
    asked.data.mkdir(parents=True, exist_ok=True)
    with large.installation(asked.data) as bench:
        if large.stored() < asked.n:
            large.load_until(bench, asked.n)
        code = programme.publish_scorecard()
        visit_all(bench)
        report.machine()
        held, communes = large.stored(), in_figures(FEW)
        print(f"with {held:,} interviews, {len(communes)} communes; one reader, ms")
        columns = ("p50", "p95", *(f"CPU {part}" for part in PARTS[:3]))
        print(" " * report.WIDTH + "".join(f"{column:>14}" for column in columns))
        with scans.counted():
            for row in rows(bench, code, communes):
                measure(bench, row)


def visit_all(bench: Bench) -> None:
    """Send interviews to the villages of the benchmark's commune, where some have none."""
    own = [village for village, commune in large.visited() if commune == programme.COMMUNE]
    for villages in (programme.VILLAGE_IDS, own):
        found = driver().execute(EMPTY, (bench.commune_id, villages)).fetchone()
        db.session.rollback()
        if found == (0,):
            continue
        template = programme.TEMPLATE
        for old, new in zip(programme.VILLAGE_IDS, villages, strict=True):
            template = template.replace(old, new)
        url = f"{bench.sending}/submission"
        bodies = new_bodies(bench, template)
        load.run(url, (load.request("POST", url, body, KIND) for body in bodies), MANY)
        settle()


def in_figures(least: int) -> list[int]:
    """The communes in which at least so many villages have figures."""
    found = [commune_id for (commune_id,) in driver().execute(COMMUNES, (least,)).fetchall()]
    db.session.rollback()
    return found


def rows(bench: Bench, code: str, communes: Sequence[int]) -> Iterator[Row]:
    """What is measured, in turn."""
    api, key = f"{bench.base_url}/api/v1", f"Authorization: Bearer {bench.api_key}"
    cookie, page = large.signed_in(), f"{bench.base_url}/communes"
    cards, commune = f"{api}/scorecards/{code}", bench.commune_id
    yield Row("API: scorecard", [f"{cards}/scores?unit={one}" for one in communes], key)
    yield Row("page: scorecard", [f"{page}/{one}/scorecards/{code}" for one in communes], cookie)
    yield Row("API: figures", [f"{api}/indicators?unit={one}" for one in communes], key)
    figures = f"{api}/indicators?unit={commune}&level=village"
    yield Row("API: figures, 80 villages", [figures], key, SLOW)
    yield Row("page: 80 villages", [f"{page}/{commune}"], cookie, SLOW)
    yield Row("API: ranking", [f"{cards}/ranking"], key, SLOW)
    yield Row("page: ranking", [f"{bench.base_url}/scorecards/{code}/ranking"], cookie, SLOW)


def measure(bench: Bench, row: Row) -> None:
    """Print one row."""
    questions = [load.request("GET", url, b"", row.header) for url in row.urls]
    turns = itertools.cycle(questions)
    load.run(row.urls[0], itertools.islice(turns, min(WARM_UP, row.count)), 1)
    meter = Meter(bench.pids)
    result = load.run(row.urls[0], itertools.islice(turns, row.count), 1)
    cpu = meter.cpu()
    assert set(result.statuses) == {200}, result.statuses
    numbers = [result.milliseconds(0.5), result.milliseconds(0.95)]
    numbers += [1000 * cpu[part] / row.count for part in PARTS[:3]]
    print(f"{row.name:{report.WIDTH}}" + "".join(f"{n:>14.1f}" for n in numbers), flush=True)


if __name__ == "__main__":
    main()
