"""Reads three figures from the API and sets them beside the independent count."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from app.demo.connection import Connection
from app.demo.record import people_file

INDICATORS = ("XHS-01", "XHS-03", "XHS-11")
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
    counted = count(folder)
    items = [
        item
        for indicator in INDICATORS
        for commune in demo["commune_ids"]
        for level in ("commune", "village")
        for item in read(demo, indicator, commune, level)
    ]
    return [
        Compared(
            item["indicator"],
            item["unit"]["code"],
            item["unit"]["name"],
            item["unit"]["level"],
            item["value"],
            counted.get((item["indicator"], item["unit"]["code"])),
        )
        for item in items
    ]


def read(demo: Mapping[str, Any], indicator: str, unit: int, level: str) -> Sequence[Any]:
    """What the API says about a place, or about all villages in it."""
    asked = {"unit": unit, "level": level, "indicator": indicator, "round": demo["round"]}
    headers = {"Authorization": f"Bearer {demo['api_token']}"}
    connection = Connection(demo["base_url"], headers)
    items: list[Any] = []
    url: str | None = f"{demo['base_url']}/api/v1/indicators?{urlencode(asked)}"
    while url:
        page = json.loads(connection.get(url).body)
        items += page["items"]
        url = page.get("next")
    connection.close()
    return items


def count(folder: Path) -> Values:
    """What the script counts that knows nothing of the product."""
    command = [sys.executable, "-I", str(SCRIPT), str(people_file(folder))]
    done = subprocess.run(command, capture_output=True, text=True, check=True, encoding="utf-8")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {(row[0], row[1]): None if row[2] == "-" else float(row[2]) for row in rows}
