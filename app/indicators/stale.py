"""The ledger of villages whose figures are owed."""

from collections.abc import Iterable

from app.db import columns, driver


def mark_stale(pairs: Iterable[tuple[int | None, int | None]]) -> None:
    """Notes that something changed in these (round, village) pairs; unknown ones are left out."""
    known = sorted({(r, v) for r, v in pairs if r is not None and v is not None})
    if known:
        driver().execute(
            "insert into stale_villages (round_id, village_id)"
            " select * from unnest(%s::int[], %s::int[])",
            columns(known),
        )


MARK = """
insert into stale_villages (round_id, village_id)
select r.id, a.unit_id
from projects p
join rounds r on r.project_id = p.id
join org_unit_ancestors a on a.ancestor_id = p.org_unit_id and a.valid_to is null
join org_units u on u.id = a.unit_id and u.level = 'village'
"""


def mark_project_stale(project_id: int) -> None:
    """The same for every village of a project in each of its rounds."""
    driver().execute(MARK + "where p.id = %s", (project_id,))


def mark_village_stale(village_id: int) -> None:
    """The same for one village in each round of the projects it lies in."""
    mark_villages_stale([village_id])


def mark_villages_stale(village_ids: Iterable[int]) -> None:
    """The same for several villages."""
    driver().execute(MARK + "where u.id = any(%s)", (list(village_ids),))


# A village stands in the ledger once for every batch that touched it; it is summed once for all.
TAKE = """
with owed as (
    select round_id, village_id from stale_villages
    group by round_id, village_id order by min(id) limit %s
), taken as (
    delete from stale_villages where id = any(array(
        select id from stale_villages join owed using (round_id, village_id)
        for update of stale_villages skip locked
    )) returning round_id, village_id
)
select distinct round_id, village_id from taken order by 1, 2
"""


def take_stale(limit: int) -> list[tuple[int, int]]:
    """Takes so many pairs off the ledger, in the present transaction, the longest owed first.

    What another worker has in hand is left.
    """
    return driver().execute(TAKE, (limit,)).fetchall()
