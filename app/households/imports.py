"""Takes households from a spreadsheet into the registry: all of them, or nothing."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import columns, db, driver
from app.errors import BadRequest
from app.households.changes import CAPABILITY
from app.households.models import Household
from app.households.sheet import ListedHousehold, RowProblem, read_households
from app.households.versions import PERSONAL, Version, lock_numbers, remember_all, snapshots
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit
from app.org_units.names import fold

FIELDS = ("size", "n15", "n18", "poor")

Row = tuple[str, int, ListedHousehold]  # code, village, what the spreadsheet says

# What a row does not say stays. Numbers are compared when all rows have theirs.
ENTER = """
insert into households (project_id, code, village_id, number, size, n15, n18, poor)
select * from unnest(%s::int[], %s::text[], %s::int[], %s::int[], %s::int[], %s::int[], %s::int[],
                     %s::text[])
on conflict (project_id, code) do update
set village_id = excluded.village_id, number = excluded.number, listed_by = null,
    size = coalesce(excluded.size, households.size), n15 = coalesce(excluded.n15, households.n15),
    n18 = coalesce(excluded.n18, households.n18), poor = coalesce(excluded.poor, households.poor),
    updated_at = now()
returning id, code
"""
LABEL = """
insert into household_labels as l
       (household_id, label, landmark, phone, latitude, longitude, search_key)
select * from unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::float[], %s::float[],
                     %s::text[])
on conflict (household_id) do update
set label = coalesce(excluded.label, l.label), landmark = coalesce(excluded.landmark, l.landmark),
    phone = coalesce(excluded.phone, l.phone), latitude = coalesce(excluded.latitude, l.latitude),
    longitude = coalesce(excluded.longitude, l.longitude),
    search_key = case when excluded.label is null then l.search_key else excluded.search_key end
"""


@dataclass(slots=True)
class ImportReport:
    """What an import does, or would do: codes by what happens to them, and rows that stop it."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    villages: set[int] = field(default_factory=set)


def check_import(
    project_id: int, content: bytes, name: str, *, actor: Actor, without: Collection[int] = ()
) -> ImportReport:
    """What an import without these rows would do; nothing is written."""
    report, _ = _read(project_id, content, name, actor, without)
    return report


def import_households(
    project_id: int,
    content: bytes,
    name: str,
    *,
    actor: Actor,
    without: Collection[int] = (),
) -> ImportReport:
    """Writes every household of the file; `BadRequest` while any row has a problem.

    `without` are rows (as the spreadsheet numbers them) that are left out on purpose.
    """
    report, rows = _read(project_id, content, name, actor, without)
    if report.problems:
        raise BadRequest(
            "%(count)s rows have problems, so nothing was imported.",
            count=len({problem.row for problem in report.problems}),
        )
    keys = [(project_id, code) for code, _, _ in rows]
    before = snapshots(keys)
    _enter_all(project_id, rows)
    remember_all("import", before, snapshots(keys), dict.fromkeys(keys, actor.label))
    audit.record(
        actor.label, "household.imported", f"project:{project_id}",
        new=len(report.new), changed=len(report.changed),
    )  # fmt: skip
    return report


def _enter_all(project_id: int, rows: Sequence[Row]) -> None:
    said = [
        (project_id, code, village, row.number, *(getattr(row, name) for name in FIELDS))
        for code, village, row in rows
    ]
    entered = driver().execute(ENTER, columns(said) or [[]] * 8).fetchall()
    ids = {code: household_id for household_id, code in entered}
    known = [(ids[code], [getattr(row, name) for name in PERSONAL]) for code, _, row in rows]
    labels = [(pk, *said, fold(said[0] or "")) for pk, said in known if any(map(_is_said, said))]
    if labels:
        driver().execute(LABEL, columns(labels))


def _is_said(value: object) -> bool:
    return value is not None


def _read(
    project_id: int, content: bytes, name: str, actor: Actor, without: Collection[int]
) -> tuple[ImportReport, list[Row]]:
    actor.require(CAPABILITY, project_id)
    listed = read_households(content, name)
    villages = _villages(project_id, {row.village for row in listed.households}, actor)
    report = ImportReport(problems=list(listed.problems))
    rows = []
    for row in listed.households:
        if row.village in villages:
            code = f"{row.village}-{row.number:04}"
            rows.append((code, villages[row.village], row))
        else:
            report.problems.append(RowProblem(row.row, "village", "village"))
    report.problems = sorted(
        (problem for problem in report.problems if problem.row not in without),
        key=lambda problem: problem.row,
    )
    rows = [row for row in rows if row[2].row not in without]
    lock_numbers({village_id for _, village_id, _ in rows})
    report.problems += _taken(project_id, rows)
    known = snapshots((project_id, code) for code, _, _ in rows)
    for code, village_id, row in rows:
        kept = known.get((project_id, code))
        if kept and kept["household"]["village_id"] != village_id:
            report.problems.append(RowProblem(row.row, "village", "moved", {"code": code}))
        _file_under(report, kept, row).append(code)
        report.villages.add(village_id)
    return report, rows


def _villages(project_id: int, public_ids: Collection[str], actor: Actor) -> dict[str, int]:
    statement = select(OrgUnit.public_id, OrgUnit.id).where(
        OrgUnit.public_id.in_(public_ids),
        valid_on(OrgUnit),
        within(OrgUnit.id, actor, CAPABILITY, project_id),
    )
    return {str(public_id): unit_id for public_id, unit_id in db.session.execute(statement)}


def _taken(project_id: int, rows: Sequence[Row]) -> Iterator[RowProblem]:
    """Rows whose number another household has that moved into the village."""
    statement = select(Household.village_id, Household.number, Household.code).where(
        Household.project_id == project_id,
        Household.village_id.in_({village_id for _, village_id, _ in rows}),
    )
    holders = {(village, number): code for village, number, code in db.session.execute(statement)}
    for code, village_id, row in rows:
        holder = holders.get((village_id, row.number), code)
        if holder != code:
            yield RowProblem(row.row, "number", "taken", {"code": holder})


def _file_under(report: ImportReport, kept: Version | None, row: ListedHousehold) -> list[str]:
    if kept is None:
        return report.new
    said = {name: getattr(row, name) for name in (*FIELDS, *PERSONAL)}
    known = kept["household"] | kept["personal"]
    differs = any(value is not None and value != known.get(name) for name, value in said.items())
    return report.changed if differs else report.same
