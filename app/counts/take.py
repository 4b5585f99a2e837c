"""Takes a table of counts in, as a new version: every row of it, or nothing."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import PurePath

from sqlalchemy import func, or_, select

from app import audit
from app.accounts.actors import Actor
from app.accounts.scope import within
from app.clock import today
from app.counts.models import CountTable, OfficialCount
from app.counts.sheet import CountRow, RowProblem, read_counts
from app.db import db
from app.errors import BadRequest
from app.indicators.models import IndicatorVersion
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitCode
from app.storage.blobs import record_blob, store

CAPABILITY = "count.manage"
THRESHOLD = 0.05
LONGEST = 300  # characters of a text
LEVELS = ("province", "commune", "village")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table comes from; all of it must be said."""

    code: str  # the same for every version
    source: str
    document: str
    as_of: date
    legal_basis: str
    threshold: float = THRESHOLD


@dataclass(slots=True)
class Report:
    """What taking a table in does, or would do, and the rows that stop it."""

    rows: int = 0
    version: int = 0
    problems: list[RowProblem] = field(default_factory=list)


def check_table(project_id: int, source: Source, name: str, content: bytes, actor: Actor) -> Report:
    """What taking it in would do; nothing is written."""
    report, _ = _read(project_id, source, name, content, actor)
    return report


def take_table(
    project_id: int, source: Source, name: str, content: bytes, actor: Actor
) -> CountTable:
    """Writes the table as the next version of its code; earlier ones stay as they are.

    Raises `BadRequest` while a row has a problem or something about the source is not said.
    """
    report, rows = _read(project_id, source, name, content, actor)
    if report.problems:
        wrong = len({problem.row for problem in report.problems})
        raise BadRequest("%(count)s rows have problems, so nothing was imported.", count=wrong)
    blob = store(content)
    record_blob(blob)
    table = CountTable(
        project_id=project_id, code=source.code, version=report.version, source=source.source,
        document=source.document, as_of=source.as_of, legal_basis=source.legal_basis,
        threshold=source.threshold, blob_sha256=blob.sha256, taken_by=actor.label,
    )  # fmt: skip
    db.session.add(table)
    db.session.flush()
    db.session.add_all(
        OfficialCount(
            table_id=table.id, unit_id=unit_id, indicator=row.indicator,
            numerator=row.numerator, denominator=row.denominator,
        )
        for unit_id, row in rows
    )  # fmt: skip
    db.session.flush()
    audit.record(
        actor.label, "counts.taken", f"project:{project_id}",
        code=table.code, version=table.version, rows=len(rows), sha256=blob.sha256.hex(),
    )  # fmt: skip
    return table


def _read(
    project_id: int, source: Source, name: str, content: bytes, actor: Actor
) -> tuple[Report, list[tuple[int, CountRow]]]:
    actor.require(CAPABILITY, project_id)
    _check_source(source)
    sheet = read_counts(content, PurePath(name).suffix.lower())
    units = _units(project_id, {row.unit for row in sheet.rows}, actor)
    indicators = set(
        db.session.scalars(
            select(IndicatorVersion.code).filter_by(project_id=project_id, in_force=True)
        )
    )
    report = Report(rows=len(sheet.rows), problems=list(sheet.problems))
    for row in sheet.rows:
        if row.unit not in units:
            report.problems.append(RowProblem(row.row, "unit", "unit"))
        if row.indicator not in indicators:
            report.problems.append(RowProblem(row.row, "indicator", "indicator"))
    report.problems.sort(key=lambda problem: problem.row)
    if not sheet.rows and not report.problems:
        raise BadRequest("The file has no rows.")
    newest = select(func.max(CountTable.version)).filter_by(project_id=project_id, code=source.code)
    report.version = (db.session.scalar(newest) or 0) + 1
    return report, [(units[row.unit], row) for row in sheet.rows if row.unit in units]


def _check_source(source: Source) -> None:
    texts = (source.code, source.source, source.document, source.legal_basis)
    if not all(text.strip() for text in texts):
        raise BadRequest("Say the code, the source, the document and the legal basis.")
    if any(len(text) > LONGEST for text in texts):
        raise BadRequest("This text is too long.")
    if source.as_of > today():
        raise BadRequest("The day that the counts are of lies ahead.")
    if not 0 < source.threshold <= 1:
        raise BadRequest("A threshold is above 0 and at most 100 %.")


def _units(project_id: int, codes: set[str], actor: Actor) -> dict[str, int]:
    """The places that the rows name, as far as the actor may write there."""
    code = OrgUnitCode.code
    statement = (
        select(OrgUnit.public_id, code, OrgUnit.id)
        .outerjoin(OrgUnitCode, (OrgUnitCode.org_unit_id == OrgUnit.id) & valid_on(OrgUnitCode))
        .where(
            or_(OrgUnit.public_id.in_(codes), code.in_(codes)),
            OrgUnit.level.in_(LEVELS),
            valid_on(OrgUnit),
            within(OrgUnit.id, actor, CAPABILITY, project_id),
        )
    )
    return {
        public_id or code: unit_id for public_id, code, unit_id in db.session.execute(statement)
    }
