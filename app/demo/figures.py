"""Reads figures from the API and sets them beside the independent count.

Four of every place in the round under way, one of which joins two forms; and one of one commune in
the four readings of two rounds under two boundaries.
"""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.demo import earlier
from app.demo.connection import Connection
from app.demo.phone import Phone
from app.demo.record import draws_file, people_file

INDICATORS = ("XHS-01", "XHS-03", "XHS-11", "XHS-25")
# The indicator and the place of the four readings, by the boundaries' name.
READ_TWICE = "XHS-03"
PLACE_READ = {"old": earlier.OLD_COMMUNE, "new": earlier.COMMUNE}
SCRIPT = Path(__file__).with_name("count_people.py")
Values = dict[tuple[str, str], float | None]  # (indicator, code of the place)


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure of one place, from both sides."""

    indicator: str
    place: str
    name: str
    level: str
    read: float | None
    counted: float | None

    @property
    def agrees(self) -> bool:
        """Whether both are the same number, or both not there."""
        if self.read is None or self.counted is None:
            return self.read is None and self.counted is None
        return isclose(self.read, self.counted, rel_tol=1e-9, abs_tol=1e-12)


def compare(folder: Path, demo: Mapping[str, Any]) -> list[Compared]:
    """Every commune and village of the demo, indicator by indicator."""
    _keep_draws(folder, demo)
    counted = count(folder)
    return [
        _compared(item, counted)
        for indicator in INDICATORS
        for commune in demo["commune_ids"]
        for level in ("commune", "village")
        for item in read(demo, indicator, commune, level)
    ]


def _keep_draws(folder: Path, demo: Mapping[str, Any]) -> None:
    """Writes down whom the server drew, as surveyors' phones have it: by household, a number."""
    draws = {}
    for surveyor in demo["surveyors"]:
        phone = Phone(surveyor["project_url"], surveyor["username"])
        phone.update()
        for row in phone.lists.get("households.csv", ()):
            draws[row["code"]] = row["pick_seed"]
    draws_file(folder).write_text(json.dumps(draws), encoding="utf-8")


def four_readings(folder: Path, demo: Mapping[str, Any]) -> dict[tuple[str, str], Compared]:
    """By boundaries and round, one figure of a commune that the reform made of two."""
    found = {}
    for boundaries, place in PLACE_READ.items():
        for round_code in (earlier.CODE, demo["round"]):
            counted = count(folder, round_code, boundaries)
            (item,) = _ask(
                demo,
                {"code": place, "level": "commune", "boundaries": boundaries},
                {"indicator": READ_TWICE, "round": round_code},
            )
            found[boundaries, round_code] = _compared(item, counted)
    return found


def read(demo: Mapping[str, Any], indicator: str, unit: int, level: str) -> Sequence[Any]:
    """What the API says about a place, or about all villages in it."""
    return _ask(
        demo, {"unit": unit, "level": level}, {"indicator": indicator, "round": demo["round"]}
    )


def _ask(demo: Mapping[str, Any], *asked: Mapping[str, Any]) -> Sequence[Any]:
    headers = {"Authorization": f"Bearer {demo['api_token']}"}
    connection = Connection(demo["base_url"], headers)
    items: list[Any] = []
    query = urlencode({name: value for part in asked for name, value in part.items()})
    url: str | None = f"{demo['base_url']}/api/v1/indicators?{query}"
    while url:
        page = json.loads(connection.get(url).body)
        items += page["items"]
        url = page.get("next")
    connection.close()
    return items


def _compared(item: Mapping[str, Any], counted: Values) -> Compared:
    unit = item["unit"]
    key = item["indicator"], unit["code"]
    return Compared(*key, unit["name"], unit["level"], item["value"], counted.get(key))


def count(folder: Path, *which: str) -> Values:
    """What the script counts that knows nothing of the product; it says what `which` may be."""
    command = [sys.executable, "-I", str(SCRIPT), str(people_file(folder)), *which]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {(row[0], row[1]): None if row[2] == "-" else float(row[2]) for row in rows}
