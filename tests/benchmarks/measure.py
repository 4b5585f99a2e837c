"""The two measurements: submissions until everything is settled, and questions."""

import itertools
import random
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.request import urlopen

from app import ledger
from app.db import db, driver
from tests.benchmarks import load, programme, templates
from tests.benchmarks.machine import Meter

PARTS = ("web", "worker", "postgres", "valkey")
ROUNDS = 3
CONNECTIONS, MANY = 8, 32
SUBMISSIONS, WARM_UP, READS = 2400, 300, 600
PHOTO = 100_000  # bytes
KIND = f"Content-Type: multipart/form-data; boundary={templates.BOUNDARY}"


@dataclass(frozen=True, slots=True)
class Bench:
    """The installation under test."""

    base_url: str
    data_dir: str
    pids: dict[str, int]
    supervisor: int  # the process that all of those descend from
    sending: str  # addresses of the phone that sends, and of the one that downloads
    downloading: str
    listing: str  # of one whose project has a hundred forms
    api_key: str
    commune_id: int
    # Of each run the first of the running numbers in its interviews: no household comes twice.
    firsts: Iterator[int] = field(default_factory=lambda: itertools.count(1, SUBMISSIONS + WARM_UP))

    @classmethod
    def of(cls, running: Mapping[str, Any], made: programme.Programme) -> "Bench":
        """The installation with what was prepared in it."""
        address = f"{running['base_url']}/v1/key/{{}}/projects/{programme.PROJECT}"
        return cls(
            running["base_url"],
            running["data_dir"],
            {name: running[name] for name in PARTS},
            running["supervisor"],
            address.format(made.sender),
            address.format(made.phone),
            running["base_url"] + made.lister,
            made.api_key,
            made.commune_id,
        )

    def reads(self) -> Iterator[tuple[str, str, str, list[str]]]:
        """What is asked: name, method, address and headers."""
        phone, form = self.downloading, f"{self.downloading}/forms/{_household_form()}"
        key = f"Authorization: Bearer {self.api_key}"
        figures = f"{self.base_url}/api/v1/indicators?unit={self.commune_id}"
        yield "HEAD submission", "HEAD", f"{phone}/submission", []
        yield "formList", "GET", f"{phone}/formList", []
        many, gzip = f"{self.listing}/formList", "Accept-Encoding: gzip"
        yield "formList of 100 forms", "GET", many, [gzip]
        yield "the same, unchanged (304)", "GET", many, [f"If-None-Match: {_tag(many)}"]
        yield "manifest", "GET", f"{form}/manifest", []
        yield "form.xml", "GET", f"{form}/form.xml", ["Accept-Encoding: gzip"]
        yield "households.csv", "GET", f"{form}/media/households.csv", ["Accept-Encoding: gzip"]
        yield "indicators of a commune", "GET", figures, [key]
        villages = f"{figures}&level=village&indicator=XHS-01"
        yield "one indicator, all villages", "GET", villages, [key]


@dataclass(frozen=True, slots=True)
class Measured:
    """One run: requests per second, latencies in ms, and CPU ms of each part per request."""

    answered: float
    settled: float | None
    p50: float
    p99: float
    cpu: dict[str, float]


def submit(bench: Bench, bodies: list[bytes], *, connections: int = CONNECTIONS) -> Measured:
    """Send interviews, wait until the last one is counted, and see that all of them are."""
    url = f"{bench.sending}/submission"
    requests = [load.request("POST", url, body, KIND) for body in bodies]
    load.run(url, requests[:WARM_UP], connections)
    settle()
    before = approved()
    meter = Meter(bench.pids)
    result = load.run(url, requests[WARM_UP:], connections)
    sent = meter.wall()
    settle()
    measured = _measured(result, sent, meter)
    assert dict(result.statuses) == {201: SUBMISSIONS}, result.statuses
    assert approved() - before == SUBMISSIONS, "some interviews were flagged"
    return measured


def new_bodies(bench: Bench, template: str, photo: int = 0) -> list[bytes]:
    """Interviews of one run, about households that are registered, perhaps with a photo each."""
    first = next(bench.firsts)
    source = templates.bodies(template, seed=first, first=first)
    bodies = list(itertools.islice(source, SUBMISSIONS + WARM_UP))
    programme.register(programme.households_in(bodies))
    if not photo:
        return bodies
    camera = random.Random(first)  # no two photos are the same file
    return [templates.with_photo(body, camera.randbytes(photo)) for body in bodies]


def read(bench: Bench, method: str, url: str, *headers: str) -> Measured:
    """Ask the same question again and again."""
    raw = load.request(method, url, b"", *headers)
    load.run(url, [raw] * (READS // 10), CONNECTIONS)
    meter = Meter(bench.pids)
    result = load.run(url, [raw] * READS, CONNECTIONS)
    assert set(result.statuses) <= {200, 204, 304}, result.statuses
    return _measured(result, meter.wall(), meter, settled=False)


def settle() -> None:
    """Wait until everything accepted is processed and every figure is up to date."""
    while not ledger.owed(driver()).is_settled:
        db.session.rollback()
        time.sleep(0.1)
    db.session.rollback()


def approved() -> int:
    """How many interviews count as approved."""
    found = driver().execute("select count(*) from submissions where state = 'approved'").fetchone()
    db.session.rollback()
    assert found is not None
    return int(found[0])


def _measured(
    result: load.Result, seconds: float, meter: Meter, *, settled: bool = True
) -> Measured:
    count = len(result.seconds)
    return Measured(
        answered=count / seconds,
        settled=count / meter.wall() if settled else None,
        p50=result.milliseconds(0.5),
        p99=result.milliseconds(0.99),
        cpu={name: 1000 * used / count for name, used in meter.cpu().items()},
    )


def _tag(url: str) -> str:
    with urlopen(url) as answer:
        return str(answer.headers["ETag"])


def _household_form() -> int:
    found = (
        driver()
        .execute("select current_version_id from forms where xml_form_id = 'xhs_ho'")
        .fetchone()
    )
    db.session.rollback()
    assert found is not None
    return int(found[0])
