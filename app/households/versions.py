"""Households as they are, as they are written, and the versions that every change leaves."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert as upsert

from app import audit
from app.accounts.actors import Actor
from app.db import columns, db, driver
from app.errors import Conflict
from app.households.models import Household, HouseholdChange, HouseholdLabel
from app.org_units.names import fold

Code = tuple[int, str]  # project, code of the household
Version = dict[str, Any]  # what is shown to everybody, and what is personal

COLUMNS = ("village_id", "number", "size", "n15", "n18", "poor", "listed_by")
PERSONAL = ("label", "landmark", "phone", "latitude", "longitude")
UNDOABLE = ("move", "merge", "split")

SNAPSHOTS = f"""
select h.project_id, h.code, l.household_id is not null,
       {", ".join(f"h.{name}" for name in COLUMNS)}, {", ".join(f"l.{name}" for name in PERSONAL)}
from unnest(%s::int[], %s::text[]) as k (project_id, code)
join households h on h.project_id = k.project_id and h.code = k.code
left join household_labels l on l.household_id = h.id
"""  # noqa: S608 - our own names

# Whoever gives numbers in a village waits for whoever else does.
LOCK = """
select pg_advisory_xact_lock(hashtextextended('household-numbers:' || v.id, 0))
from (select distinct unnest(%s::int[]) as id order by 1) v
"""
HOLDER = """
select code from households where project_id = %s and village_id = %s and number = %s
"""
NEXT = """
select coalesce(max(number), 0) + 1 from households where project_id = %s and village_id = %s
"""


def snapshots(codes: Iterable[Code]) -> dict[Code, Version]:
    """These households as they are; one that is not in the registry is not in the answer."""
    asked = sorted(set(codes))
    if not asked:
        return {}
    db.session.flush()
    found = {}
    for project_id, code, is_labelled, *values in driver().execute(SNAPSHOTS, columns(asked)):
        household, personal = values[: len(COLUMNS)], values[len(COLUMNS) :]
        found[project_id, code] = {
            "household": dict(zip(COLUMNS, household, strict=True)),
            "personal": dict(zip(PERSONAL, personal, strict=True)) if is_labelled else {},
        }
    return found


def snapshot(project_id: int, code: str) -> Version | None:
    """A household as it is; None without one."""
    return snapshots([(project_id, code)]).get((project_id, code))


def enter(project_id: int, code: str, values: dict[str, Any], personal: dict[str, Any]) -> None:
    """Writes a household as given; what is not named stays. Its listing no longer changes it."""
    values = {"listed_by": None} | values
    row = upsert(Household).values(project_id=project_id, code=code, **values)
    household_id = db.session.scalar(
        row.on_conflict_do_update(
            index_elements=[Household.project_id, Household.code],
            set_=values | {"updated_at": func.now()},
        ).returning(Household.id)
    )
    if personal:
        known = personal | {"search_key": fold(personal.get("label") or "")}
        label = upsert(HouseholdLabel).values(household_id=household_id, **known)
        db.session.execute(
            label.on_conflict_do_update(index_elements=[HouseholdLabel.household_id], set_=known)
        )


def remember(
    project_id: int,
    code: str,
    kind: str,
    before: Version | None,
    *,
    actor: Actor,
    other: str | None = None,
) -> HouseholdChange:
    """Notes a change with the household as it was and is."""
    change = HouseholdChange(
        project_id=project_id,
        code=code,
        kind=kind,
        other=other,
        before=before,
        after=snapshot(project_id, code),
        changed_by=actor.label,
    )
    db.session.add(change)
    db.session.flush()
    if kind in UNDOABLE:
        audit.record(actor.label, f"household.{kind}", f"household:{code}", other=other)
    return change


NOTE = """
insert into household_changes (project_id, code, kind, before, after, changed_by)
select project_id, code, %s, before::jsonb, after::jsonb, changed_by
from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::text[])
     as n (project_id, code, before, after, changed_by)
order by project_id, code
"""


def remember_all(
    kind: str, before: Mapping[Code, Version], after: Mapping[Code, Version], by: Mapping[Code, str]
) -> None:
    """Notes what became of many households; those that are as they were are passed over.

    Of a household that only counts by another listing now, nothing is said either. A listing keeps
    its own names, and they go with it; nothing by a listing is undone, so no version repeats them.
    """
    keep = _json if kind != "listing" else _open_json
    rows = [
        (*key, keep(before.get(key)), keep(after.get(key)), by[key])
        for key in sorted(before.keys() | after.keys())
        if _said(before.get(key)) != _said(after.get(key))
    ]
    if rows:
        driver().execute(NOTE, (kind, *columns(rows)))


def lock_numbers(village_ids: Collection[int]) -> None:
    """Keeps others from giving numbers in these villages until this transaction ends."""
    driver().execute(LOCK, (sorted(village_ids),))


def free_number(project_id: int, village_id: int, wanted: int | None) -> int:
    """The number that is wanted, or the next one; `Conflict` when another household has it."""
    db.session.flush()
    lock_numbers([village_id])
    if wanted is None:
        row = driver().execute(NEXT, (project_id, village_id)).fetchone()
        return int(row[0]) if row else 1
    check_number(project_id, village_id, wanted)
    return wanted


def check_number(project_id: int, village_id: int, number: int | None, code: str = "") -> None:
    """Raises `Conflict` when a household of the village has the number, unless it is this one."""
    db.session.flush()
    lock_numbers([village_id])
    row = driver().execute(HOLDER, (project_id, village_id, number)).fetchone()
    if row and row[0] != code:
        raise Conflict(
            "The household %(code)s of the village has the number %(number)s.",
            code=row[0],
            number=number,
        )


def _said(version: Version | None) -> Any:
    if version is None:
        return None
    household = {n: value for n, value in version["household"].items() if n != "listed_by"}
    personal = {name: value for name, value in version["personal"].items() if value is not None}
    return household, personal


def _open_json(version: Version | None) -> str | None:
    return _json(version and version | {"personal": {}})


def _json(version: Version | None) -> str | None:
    return orjson.dumps(version).decode() if version is not None else None
