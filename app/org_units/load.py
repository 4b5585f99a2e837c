"""The country's places: levels, provinces and communes out of the file that comes with the code."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.dialects.postgresql import insert

from app.db import db, driver
from app.org_units import names
from app.org_units.models import OrgUnitLevel

UNITS_2025 = Path(__file__).parent / "data" / "units_2025.csv"

LEVELS = (
    # code, rank, Vietnamese, English, valid to; districts ended with the three tiers
    ("province", 1, "Tỉnh, thành phố", "Province", None),
    ("district", 2, "Huyện, quận, thị xã", "District", date(2025, 6, 30)),
    ("commune", 3, "Xã, phường, đặc khu", "Commune", None),
    ("village", 4, "Thôn, tổ dân phố", "Village", None),
)

# A place of the file is known already when its level had its code from the same day on.
_STAGE = """
    create temp table staged_units (
        code text, level text, type text, name text, search_key text, sort_key text,
        parent_code text, valid_from date, longitude float8, latitude float8, id integer
    ) on commit drop
"""
_COPY = """
    copy staged_units (code, level, type, name, search_key, sort_key, parent_code, valid_from,
                       longitude, latitude) from stdin
"""
_LOCK = "select pg_advisory_xact_lock(hashtext('load_units'))"
_DROP_KNOWN = """
    delete from staged_units s using org_unit_codes c join org_units u on u.id = c.org_unit_id
     where c.code = s.code and c.valid_from = s.valid_from and u.level = s.level
"""
_NUMBER = "update staged_units set id = nextval(pg_get_serial_sequence('org_units', 'id'))"
_INSERT_UNITS = """
    insert into org_units (id, level, type, name, search_key, sort_key, valid_from,
                           longitude, latitude)
    select id, level, type, name, search_key, sort_key, valid_from, longitude, latitude
      from staged_units
"""
_INSERT_CODES = """
    insert into org_unit_codes (org_unit_id, code, valid_from)
    select id, code, valid_from from staged_units
"""
_INSERT_SELVES = """
    insert into org_unit_ancestors (unit_id, ancestor_id, valid_from, distance)
    select id, id, valid_from, 0 from staged_units
"""
# The file has two levels; a commune's parent is the province with that code on that day.
_INSERT_PARENTS = """
    insert into org_unit_ancestors (unit_id, ancestor_id, valid_from, distance)
    select s.id, c.org_unit_id, s.valid_from, 1
      from staged_units s join org_unit_codes c
        on c.code = s.parent_code and c.valid_from <= s.valid_from
       and (c.valid_to is null or c.valid_to >= s.valid_from)
"""


_ORPHANS = """
    select s.code from staged_units s
     where s.parent_code is not null
       and not exists (select 1 from org_unit_ancestors a where a.unit_id = s.id and a.distance = 1)
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many places of the file were new, and how many it has."""

    new: int
    provinces: int
    communes: int


def load_units(path: Path = UNITS_2025) -> Loaded:
    """Adds the levels, and the places of the file that are not there yet; again is harmless."""
    rows = list(_rows(path))
    _load_levels()
    with driver().cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_DROP_KNOWN)
        cursor.execute(_NUMBER)
        new = cursor.rowcount
        for statement in (_INSERT_UNITS, _INSERT_CODES, _INSERT_SELVES, _INSERT_PARENTS):
            cursor.execute(statement)
        orphans = [code for (code,) in cursor.execute(_ORPHANS)]
        cursor.execute("drop table staged_units")
    if orphans:
        raise ValueError(f"{path.name}: no parent for {', '.join(orphans)}")
    levels = [row[1] for row in rows]
    return Loaded(new, levels.count("province"), levels.count("commune"))


def _load_levels() -> None:
    columns = ("code", "rank", "name_vi", "name_en", "valid_to")
    levels = [dict(zip(columns, level, strict=True)) for level in LEVELS]
    db.session.execute(insert(OrgUnitLevel).values(levels).on_conflict_do_nothing())


def _rows(path: Path) -> Iterator[tuple[str | None, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        for unit in csv.DictReader(file):
            name = unit["name"]
            yield (
                unit["code"], unit["level"], unit["type"], name,
                names.fold(name), names.sort_key(name), unit["parent_code"] or None,
                unit["valid_from"], unit["longitude"] or None, unit["latitude"] or None,
            )  # fmt: skip
