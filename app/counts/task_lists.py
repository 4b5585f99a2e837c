"""Tasks as they are looked for: open or ended, at a place, about an indicator, from a source."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.counts.models import CountTable, CountTask, OfficialCount
from app.counts.queries import CAPABILITY
from app.db import db
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.rounds.models import Round

OPEN, CLOSED = "open", "closed"
STATES = (OPEN, CLOSED)
SORTS: dict[str, Any] = {
    "difference": func.abs(CountTask.difference).desc(),
    "place": OrgUnit.sort_key,
    "indicator": OfficialCount.indicator,
    "source": CountTable.source,
    "opened": CountTask.opened_at.desc(),
}


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks of a round are asked for; None: all."""

    state: str = OPEN
    unit_id: int | None = None  # a place, with all places in it
    indicator: str | None = None
    table: str | None = None  # code of a table


def list_tasks(
    actor: Actor,
    round_: Round,
    wanted: TaskFilter | None = None,
    *,
    sort: str = "difference",
    start: int = 0,
    limit: int | None = None,
) -> Sequence[CountTask]:
    """A round's tasks at the reader's places, in one of the SORTS; the largest difference first."""
    statement = (
        _tasks(actor, round_, wanted or TaskFilter(), select(CountTask))
        .options(
            contains_eager(CountTask.count).options(
                contains_eager(OfficialCount.table), contains_eager(OfficialCount.unit)
            )
        )
        .order_by(SORTS[sort], CountTask.id)
    )
    return db.session.scalars(statement.offset(start).limit(limit)).all()


def count_tasks(actor: Actor, round_: Round, wanted: TaskFilter | None = None) -> int:
    """How many there are."""
    counted = select(func.count()).select_from(CountTask)
    return db.session.scalar(_tasks(actor, round_, wanted or TaskFilter(), counted)) or 0


def choices(actor: Actor, round_: Round, state: str) -> tuple[list[str], list[tuple[str, str]]]:
    """The indicators, and the tables (code, source), that tasks in a state are about."""
    said: Any = select(OfficialCount.indicator, CountTable.code, CountTable.source)
    asked = _tasks(actor, round_, TaskFilter(state), said.select_from(CountTask))
    rows: Sequence[Any] = db.session.execute(asked.distinct()).all()
    return sorted({row[0] for row in rows}), sorted({(row[1], row[2]) for row in rows})


def _tasks(actor: Actor, round_: Round, wanted: TaskFilter, statement: Select[Any]) -> Select[Any]:
    statement = (
        statement.join(OfficialCount, OfficialCount.id == CountTask.count_id)
        .join(CountTable, CountTable.id == OfficialCount.table_id)
        .join(OrgUnit, OrgUnit.id == OfficialCount.unit_id)
        .where(
            CountTask.round_id == round_.id,
            CountTask.closed_at.is_(None)
            if wanted.state == OPEN
            else CountTask.closed_at.is_not(None),
            within(OfficialCount.unit_id, actor, CAPABILITY, round_.project_id),
        )
    )
    if wanted.unit_id is not None:
        inside = select(OrgUnitAncestor.unit_id).where(
            OrgUnitAncestor.ancestor_id == wanted.unit_id, valid_on(OrgUnitAncestor)
        )
        statement = statement.where(OfficialCount.unit_id.in_(inside))
    if wanted.indicator is not None:
        statement = statement.where(OfficialCount.indicator == wanted.indicator)
    if wanted.table is not None:
        statement = statement.where(CountTable.code == wanted.table)
    return statement
