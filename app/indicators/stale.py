"""The ledger of villages whose figures are owed, and which of them come first."""

from collections.abc import Iterable
from enum import IntEnum

from app.db import columns, driver


class Urgency(IntEnum):
    """Who waits for a village's figures; the more urgent ones are summed up before the others."""

    ARRIVED = 0  # nobody: interviews came, or all villages are owed
    CHANGED = 1  # what counted may have changed: a phone sent an edit, a place or household moved
    DECIDED = 2  # a person, who decided about one interview or household and looks


def mark_stale(
    pairs: Iterable[tuple[int | None, int | None]], urgency: Urgency = Urgency.ARRIVED
) -> None:
    """Notes that something changed in these (round, village) pairs; unknown ones are left out."""
    known = sorted({(r, v) for r, v in pairs if r is not None and v is not None})
    if known:
        driver().execute(
            "insert into stale_villages (round_id, village_id, urgency)"
            " select p.*, %s::int from unnest(%s::int[], %s::int[]) p",
            [urgency, *columns(known)],
        )


MARK = """
insert into stale_villages (round_id, village_id, urgency)
select r.id, a.unit_id, %s::int
from projects p
join rounds r on r.project_id = p.id
join org_unit_ancestors a on a.ancestor_id = p.org_unit_id and a.valid_to is null
join org_units u on u.id = a.unit_id and u.level = 'village'
"""


def mark_project_stale(project_id: int) -> None:
    """The same for every village of a project in each of its rounds."""
    driver().execute(MARK + "where p.id = %s", (Urgency.ARRIVED, project_id))


def mark_villages_stale(village_ids: Iterable[int], urgency: Urgency) -> None:
    """The same for some villages, in each round of the projects they lie in."""
    driver().execute(MARK + "where u.id = any(%s)", (urgency, list(village_ids)))


# A village stands in the ledger once for every batch that touched it; it is summed once for all.
TAKE = """
with owed as (
    select round_id, village_id from stale_villages {which}
    group by round_id, village_id order by max(urgency) desc, min(id) limit %s
), taken as (
    delete from stale_villages where id = any(array(
        select id from stale_villages join owed using (round_id, village_id)
        for update of stale_villages skip locked
    )) returning round_id, village_id
)
select distinct round_id, village_id from taken order by 1, 2
"""
TAKE_ANY = TAKE.format(which="")
TAKE_DECIDED = TAKE.format(which=f"where urgency = {Urgency.DECIDED}")  # as its index says


def take_stale(limit: int, *, decided: bool = False) -> list[tuple[int, int]]:
    """Takes so many pairs off the ledger, in the present transaction: the most urgent, and of those
    the longest owed first; only those about which a person decided, if `decided`.

    What another worker has in hand is left.
    """
    return driver().execute(TAKE_DECIDED if decided else TAKE_ANY, (limit,)).fetchall()
