"""Takes households from a spreadsheet into the registry: all of them, or nothing."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db
from app.errors import BadRequest
from app.households.changes import CAPABILITY, enter, remember, snapshot
from app.households.models import Household
from app.households.sheet import ListedHousehold, RowProblem, read_households
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit

FIELDS = ("size", "n15", "n18", "poor")
PERSONAL = ("label", "landmark", "phone", "latitude", "longitude")


@dataclass(slots=True)
class ImportReport:
    """What an import does, or would do: codes by what happens to them, and rows that stop it."""

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: list[str] = field(default_factory=list)
    problems: list[RowProblem] = field(default_factory=list)
    villages: set[int] = field(default_factory=set)


def check_import(project_id: int, content: bytes, name: str, *, actor: Actor) -> ImportReport:
    """What an import would do; nothing is written."""
    report, _ = _read(project_id, content, name, actor, frozenset())
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
    for code, village_id, row in rows:
        before = snapshot(project_id, code)
        values = {name: getattr(row, name) for name in FIELDS if getattr(row, name) is not None}
        personal = {n: getattr(row, n) for n in PERSONAL if getattr(row, n) is not None}
        enter(project_id, code, {"village_id": village_id, "number": row.number} | values, personal)
        if code not in report.same:
            remember(project_id, code, "import", before, actor=actor)
    audit.record(
        actor.label, "household.imported", f"project:{project_id}",
        new=len(report.new), changed=len(report.changed),
    )  # fmt: skip
    return report


def _read(
    project_id: int, content: bytes, name: str, actor: Actor, without: Collection[int]
) -> tuple[ImportReport, list[tuple[str, int, ListedHousehold]]]:
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
            message = "There is no such village, or it is not yours."
            report.problems.append(RowProblem(row.row, "village", message))
    report.problems = sorted(
        (problem for problem in report.problems if problem.row not in without),
        key=lambda problem: problem.row,
    )
    rows = [row for row in rows if row[2].row not in without]
    report.problems += _taken(project_id, rows)
    for code, village_id, row in rows:
        kept = snapshot(project_id, code)
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


def _taken(project_id: int, rows: list[tuple[str, int, ListedHousehold]]) -> Iterator[RowProblem]:
    """Rows whose number another household has that moved into the village."""
    statement = select(Household.village_id, Household.number, Household.code).where(
        Household.project_id == project_id,
        Household.village_id.in_({village_id for _, village_id, _ in rows}),
    )
    holders = {(village, number): code for village, number, code in db.session.execute(statement)}
    for code, village_id, row in rows:
        holder = holders.get((village_id, row.number), code)
        if holder != code:
            message = "The household %(code)s has this number in the village."
            yield RowProblem(row.row, "number", message, {"code": holder})


def _file_under(
    report: ImportReport, kept: dict[str, Any] | None, row: ListedHousehold
) -> list[str]:
    if kept is None:
        return report.new
    said = {name: getattr(row, name) for name in (*FIELDS, *PERSONAL)}
    known = kept["household"] | kept["personal"]
    differs = any(value is not None and value != known.get(name) for name, value in said.items())
    return report.changed if differs else report.same
