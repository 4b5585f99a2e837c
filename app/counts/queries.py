"""Counts in their newest versions, beside the survey's figures; and the open differences."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.orm import contains_eager

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.counts.compare import Beside, put_beside
from app.counts.models import CountTable, CountTask, OfficialCount
from app.db import db
from app.errors import NotFound
from app.indicators.figures import Figure
from app.indicators.queries import find_figures
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.projects.queries import get_project
from app.rounds.models import Round

CAPABILITY = "submission.read"  # small counts tell about few people: for staff


@dataclass(frozen=True, slots=True)
class Compared:
    """A count, what the survey says of the same, and the task about it, if there is one."""

    count: OfficialCount
    beside: Beside
    task: CountTask | None


def list_tables(project_id: int, *, newest: bool = True) -> Sequence[CountTable]:
    """The tables of a project by code; only their newest versions, or all, the newest first."""
    statement = select(CountTable).filter_by(project_id=project_id)
    if newest:
        statement = statement.where(CountTable.id.in_(_newest(project_id)))
    return db.session.scalars(statement.order_by(CountTable.code, CountTable.version.desc())).all()


def get_table(actor: Actor, table_id: int) -> CountTable:
    """A table of a project of the reader's; raises `NotFound`."""
    table = db.session.get(CountTable, table_id)
    if table is None or not actor.may(CAPABILITY, table.project_id):
        raise NotFound
    return table


def find_counts(
    actor: Actor,
    round_: Round,
    *,
    unit_id: int | None = None,
    level: str | None = None,
    indicator: str | None = None,
    table: CountTable | None = None,
) -> list[Compared]:
    """Counts of the reader's places beside the figures of a round, by table, place, indicator.

    Of the newest version of each table, or of the table asked for. `unit_id` narrows to a place
    and, with a level, to the places of that level in it.
    """
    statement = _counts(actor, round_.project_id, table)
    if unit_id is not None and level is None:
        statement = statement.where(OfficialCount.unit_id == unit_id)
    elif unit_id is not None:
        inside = select(OrgUnitAncestor.unit_id).where(
            OrgUnitAncestor.ancestor_id == unit_id, valid_on(OrgUnitAncestor)
        )
        statement = statement.where(OfficialCount.unit_id.in_(inside))
    if indicator is not None:
        statement = statement.where(OfficialCount.indicator == indicator)
    counts = [
        one for one in db.session.scalars(statement) if level is None or one.unit.level == level
    ]
    return compare(actor, round_, counts)


def compare(actor: Actor, round_: Round, counts: Sequence[OfficialCount]) -> list[Compared]:
    """These counts beside the figures that the reader sees."""
    figures = _figures(actor, round_, counts)
    tasks = {
        task.count_id: task
        for task in db.session.scalars(
            select(CountTask).where(
                CountTask.round_id == round_.id, CountTask.count_id.in_([one.id for one in counts])
            )
        )
    }
    return [
        Compared(one, _beside(one, figures.get((one.unit_id, one.indicator))), tasks.get(one.id))
        for one in counts
    ]


def _beside(count: OfficialCount, figure: Figure | None) -> Beside:
    below = None if count.denominator is None else float(count.denominator)
    return put_beside(float(count.numerator), below, figure)


def _figures(
    actor: Actor, round_: Round, counts: Iterable[OfficialCount]
) -> dict[tuple[int, str], Figure]:
    """The figures of the places counted, asked for once for each level."""
    by_level: dict[str, set[int]] = defaultdict(set)
    for one in counts:
        by_level[one.unit.level].add(one.unit_id)
    whole = get_project(round_.project_id).org_unit_id
    found: dict[tuple[int, str], Figure] = {}
    for level, wanted in by_level.items():
        around = next(iter(wanted)) if len(wanted) == 1 else whole
        if around is None:
            continue
        for figure in find_figures(actor, round_=round_, unit_id=around, level=level):
            found[figure.unit_id, figure.indicator] = figure
    return found


def _newest(project_id: int) -> Select[int]:
    return (
        select(func.max(CountTable.id)).filter_by(project_id=project_id).group_by(CountTable.code)
    )


def _counts(actor: Actor, project_id: int, table: CountTable | None) -> Select[OfficialCount]:
    wanted = [table.id] if table else _newest(project_id)
    return (
        select(OfficialCount)
        .join(CountTable)
        .join(OrgUnit)
        .where(
            CountTable.project_id == project_id,
            OfficialCount.table_id.in_(wanted),
            within(OfficialCount.unit_id, actor, CAPABILITY, project_id),
        )
        .options(contains_eager(OfficialCount.table), contains_eager(OfficialCount.unit))
        .order_by(CountTable.code, OrgUnit.sort_key, OrgUnit.id, OfficialCount.indicator)
    )
