"""How many interviews there are of each place and state: kept, so that asking costs no reading.

Triggers note what each statement changed, beside the sums, so that nobody waits for anybody's row;
`fold` adds the notes up. A count is the sum and what is noted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Subquery, func, select, union_all

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db, driver
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnitAncestor
from app.submissions.models import count_changes, submission_counts
from app.submissions.queries import WAITING

READ = "submission.read"

# One after the other, since nobody else writes the sums; whoever reads does not wait.
LOCK = "select pg_advisory_xact_lock(hashtext('submission_counts'))"
FOLD = """
with noted as (delete from submission_count_changes returning project_id, unit_id, state, n)
insert into submission_counts as kept (project_id, unit_id, state, n)
select project_id, unit_id, state, sum(n) from noted group by 1, 2, 3 having sum(n) <> 0
on conflict (project_id, unit_id, state) do update set n = kept.n + excluded.n
"""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many submissions a place has, by where their review stands."""

    waiting: int = 0
    approved: int = 0
    rejected: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.waiting + self.approved + self.rejected


def fold() -> None:
    """Adds up what is noted, so that it stays little."""
    driver().execute(LOCK)
    driver().execute(FOLD)


def count_by_state(actor: Actor, project_id: int, unit_ids: Iterable[int]) -> dict[int, Counts]:
    """By place, the submissions of it and of all that lies in it, as far as the actor may see."""
    wanted = list(unit_ids)
    kept = _kept(project_id)
    counted = (
        select(OrgUnitAncestor.ancestor_id, kept.c.state, func.sum(kept.c.n))
        .join(OrgUnitAncestor, OrgUnitAncestor.unit_id == kept.c.unit_id)
        .where(OrgUnitAncestor.ancestor_id.in_(wanted), valid_on(OrgUnitAncestor))
        .group_by(OrgUnitAncestor.ancestor_id, kept.c.state)
    )
    if not _sees_all(actor, project_id, wanted):
        counted = counted.where(within(kept.c.unit_id, actor, READ, project_id))
    by_unit: dict[int, dict[str, int]] = {unit_id: {} for unit_id in wanted}
    for unit_id, state, number in db.session.execute(counted):
        by_unit[unit_id][state] = int(number)
    return {unit_id: _counts(states) for unit_id, states in by_unit.items()}


def _sees_all(actor: Actor, project_id: int, unit_ids: list[int]) -> bool:
    """Whether the actor sees these places as wholes, so that nothing in them need be looked up."""
    around = select(OrgUnitAncestor.unit_id).where(
        OrgUnitAncestor.unit_id.in_(unit_ids),
        OrgUnitAncestor.distance == 0,
        within(OrgUnitAncestor.unit_id, actor, READ, project_id),
    )
    return set(db.session.scalars(around)) == set(unit_ids)


def _kept(project_id: int) -> Subquery:
    tables = (submission_counts, count_changes)
    parts = [
        select(table.c.unit_id, table.c.state, table.c.n).where(table.c.project_id == project_id)
        for table in tables
    ]
    return union_all(*parts).subquery()


def _counts(states: dict[str, int]) -> Counts:
    waiting = sum(states.get(state, 0) for state in WAITING)
    return Counts(waiting, states.get("approved", 0), states.get("rejected", 0))
