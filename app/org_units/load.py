"""The country's places out of the files that come with the code: today's, those before, and which
became which.

Places that are there already are left as they are; a second load adds nothing.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.dialects.postgresql import insert

from app.db import db, driver
from app.org_units import names
from app.org_units.closure import rebuild
from app.org_units.models import OrgUnitLevel

DATA = Path(__file__).parent / "data"
UNITS_2025 = DATA / "units_2025.csv"
UNITS_BEFORE_2025 = DATA / "units_before_2025.csv"
SUCCESSIONS_2025 = DATA / "successions_2025.csv"
REFORM = date(2025, 7, 1)
LAST_OLD_DAY = date(2025, 6, 30)
REFORM_LAW = "Nghị quyết 202/2025/QH15; Quyết định 19/2025/QĐ-TTg"

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
        parent_code text, valid_from date, valid_to date, longitude float8, latitude float8,
        id integer
    ) on commit drop
"""
_COPY = """
    copy staged_units (code, level, type, name, search_key, sort_key, parent_code, valid_from,
                       valid_to, longitude, latitude) from stdin
"""
_LOCK = "select pg_advisory_xact_lock(hashtext('load_units'))"
_DROP_KNOWN = """
    delete from staged_units s using org_unit_codes c join org_units u on u.id = c.org_unit_id
     where c.code = s.code and c.valid_from = s.valid_from and u.level = s.level
"""
_NUMBER = "update staged_units set id = nextval(pg_get_serial_sequence('org_units', 'id'))"
_INSERT_UNITS = """
    insert into org_units (id, level, type, name, search_key, sort_key, valid_from, valid_to,
                           longitude, latitude)
    select id, level, type, name, search_key, sort_key, valid_from, valid_to, longitude, latitude
      from staged_units
"""
_INSERT_CODES = """
    insert into org_unit_codes (org_unit_id, code, valid_from, valid_to)
    select id, code, valid_from, valid_to from staged_units
"""
# The parent is the place with that code on that day; how long a code is tells the level.
_INSERT_PARENTS = """
    insert into org_unit_parents (unit_id, parent_id, valid_from, valid_to)
    select s.id, c.org_unit_id, s.valid_from, s.valid_to
      from staged_units s join org_unit_codes c
        on c.code = s.parent_code and c.valid_from <= s.valid_from
       and (c.valid_to is null or c.valid_to >= s.valid_from)
"""
_ORPHANS = """
    select s.code from staged_units s
     where s.parent_code is not null
       and not exists (select 1 from org_unit_parents p where p.unit_id = s.id)
"""

_REFORM_EVENT = "select id from org_unit_events where kind = 'reform'"
_RECORD_REFORM = """
    insert into org_unit_events (kind, on_date, legal_ref, recorded_by)
    values ('reform', %s, %s, 'operator') returning id
"""
_STAGE_SUCCESSIONS = """
    create temp table staged_successions (old text, new text, extent text) on commit drop
"""
_INSERT_SUCCESSIONS = """
    insert into org_unit_successions (predecessor_id, successor_id, on_date, extent, event_id)
    select o.org_unit_id, n.org_unit_id, %(on)s, s.extent, %(event)s
      from staged_successions s
      join org_unit_codes o on o.code = s.old and o.valid_to = %(on)s::date - 1
      join org_unit_codes n on n.code = s.new and n.valid_from = %(on)s
    on conflict do nothing
"""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many places of the files were new, how many they have, and how many successions."""

    new: int
    provinces: int = 0
    districts: int = 0
    communes: int = 0
    old_provinces: int = 0
    old_communes: int = 0
    successions: int = 0


def load_units() -> Loaded:
    """Adds the levels, and the country's places that are not there yet; again is harmless."""
    old, new = list(_rows(UNITS_BEFORE_2025)), list(_rows(UNITS_2025))
    successions = _read(SUCCESSIONS_2025)
    _load_levels()
    added = _add(old) + _add(new)
    if _add_successions(successions) or added:
        rebuild()
    return Loaded(
        added,
        provinces=_count(new, "province"),
        districts=_count(old, "district"),
        communes=_count(new, "commune"),
        old_provinces=_count(old, "province"),
        old_communes=_count(old, "commune"),
        successions=len(successions),
    )


def load_file(path: Path) -> Loaded:
    """Adds the places of one file of the same columns, such as a province's own corrections."""
    rows = list(_rows(path))
    _load_levels()
    added = _add(rows)
    if added:
        rebuild()
    counts = {f"{level}s": _count(rows, level) for level in ("province", "district", "commune")}
    return Loaded(added, **counts)


Unit = tuple[str | None, ...]


def _count(rows: Sequence[Unit], level: str) -> int:
    return sum(row[1] == level for row in rows)


def _load_levels() -> None:
    columns = ("code", "rank", "name_vi", "name_en", "valid_to")
    levels = [dict(zip(columns, level, strict=True)) for level in LEVELS]
    db.session.execute(insert(OrgUnitLevel).values(levels).on_conflict_do_nothing())


def _add(rows: Sequence[Unit]) -> int:
    with driver().cursor() as cursor:
        cursor.execute(_LOCK)
        cursor.execute(_STAGE)
        with cursor.copy(_COPY) as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(_DROP_KNOWN)
        cursor.execute(_NUMBER)
        new = cursor.rowcount
        # Places of one file may lie in each other: all of them come before what they lie in.
        for statement in (_INSERT_UNITS, _INSERT_CODES, _INSERT_PARENTS):
            cursor.execute(statement)
        orphans = [code for (code,) in cursor.execute(_ORPHANS)]
        cursor.execute("drop table staged_units")
    if orphans:
        raise ValueError(f"There is no parent for {', '.join(orphans)}.")
    return new


def _add_successions(rows: Sequence[dict[str, str]]) -> int:
    with driver().cursor() as cursor:
        known = cursor.execute(_REFORM_EVENT).fetchone()
        found = known or cursor.execute(_RECORD_REFORM, (REFORM, REFORM_LAW)).fetchone()
        assert found is not None
        cursor.execute(_STAGE_SUCCESSIONS)
        with cursor.copy("copy staged_successions from stdin") as copy:
            for row in rows:
                copy.write_row(tuple(row.values()))
        cursor.execute(_INSERT_SUCCESSIONS, {"on": REFORM, "event": found[0]})
        added = cursor.rowcount
        cursor.execute("drop table staged_successions")
    return added


def _rows(path: Path) -> Iterator[Unit]:
    for unit in _read(path):
        name = unit["name"]
        yield (
            unit["code"], unit["level"], unit["type"], name,
            names.fold(name), names.sort_key(name), unit["parent_code"] or None,
            unit["valid_from"], unit.get("valid_to") or None,
            unit["longitude"] or None, unit["latitude"] or None,
        )  # fmt: skip


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
