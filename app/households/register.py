"""Keeps the registry in line with the listing interviews that count.

Which answer becomes which property stands in the listing form (`registry` in its survey sheet), as
does the condition (`registers_when`).
"""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from app.db import columns, driver
from app.forms.queries import definition_of
from app.households.versions import Code, lock_numbers, remember_all, snapshots
from app.org_units.names import fold
from app.xforms.expressions.condition import Condition, compile_condition
from app.xforms.instance import parse_instance

# The listings that count for each household, that of the newest round first. They are chosen
# further down the street; here the table is only read.
LISTED = """
select k.project_id, k.code, c.village_id, c.submission_id, v.interviewed_on,
       v.answers || coalesce(p.answers -> 'top', '{}'), i.xml, i.form_version_id
from unnest(%s::int[], %s::text[]) as k (project_id, code)
join forms f on f.project_id = k.project_id and f.kind = 'listing'
join rounds r on r.project_id = k.project_id
join counted_interviews c on (c.round_id, c.form_id, c.subject) = (r.id, f.id, k.code)
join interviews v on v.instance_pk = c.instance_pk
join instances i on i.id = c.instance_pk
left join personal_answers p on p.instance_pk = c.instance_pk
where c.outcome = 'complete' and c.household is not null
  and not exists (select from household_changes m
                  where (m.project_id, m.code) = (k.project_id, k.code)
                    and m.kind = 'merge' and m.undone_at is null)
order by k.project_id, k.code, r.starts_on desc, r.id desc, f.id
"""

# A household that no listing registers any more goes; one that was imported stays.
FORGET = """
delete from households h using unnest(%s::int[], %s::text[]) as k (project_id, code)
where (h.project_id, h.code) = (k.project_id, k.code) and h.listed_by is not null
"""

# When it was there is what its listings say, unless people have moved or merged it.
FORGET_SPELLS = """
delete from former_households f using unnest(%s::int[], %s::text[]) as k (project_id, code)
where (f.project_id, f.code) = (k.project_id, k.code)
  and not exists (select from household_changes m
                  where (m.project_id, m.code) = (k.project_id, k.code)
                    and m.kind <> 'listing' and m.undone_at is null)
"""
ENTER_SPELL = """
insert into former_households (project_id, code, village_id, since, until)
values (%s, %s, %s, %s, %s) on conflict do nothing
"""

# A number that another household of the village has, such as one that moved there, is not taken
# from it: the house keeps the one it has, or gets the next free one.
ENTER = """
with village as (
    select coalesce(max(number), 0) + 1 as next, max(number) filter (where code = %(code)s) as own,
           coalesce(bool_or(number = %(number)s and code <> %(code)s), false) as taken
    from households where (project_id, village_id) = (%(project)s, %(village)s)
)
insert into households (project_id, code, village_id, number, size, n15, n18, poor, listed_by,
                        since)
select %(project)s, %(code)s, %(village)s,
       case when taken then coalesce(own, next) else %(number)s end,
       %(size)s, %(n15)s, %(n18)s, %(poor)s, %(listed_by)s, %(since)s
from village
on conflict (project_id, code) do update
set village_id = excluded.village_id, number = excluded.number, size = excluded.size,
    n15 = excluded.n15, n18 = excluded.n18, poor = excluded.poor, listed_by = excluded.listed_by,
    since = excluded.since, updated_at = now()
where households.listed_by is not null
returning id
"""

LABEL = """
insert into household_labels (household_id, label, landmark, search_key) values (%s, %s, %s, %s)
on conflict (household_id) do update
set label = excluded.label, landmark = excluded.landmark, search_key = excluded.search_key
"""

NUMBERS = ("number", "size", "n15", "n18")
LARGEST = 2**31 - 1


def register(codes: Iterable[Code]) -> set[tuple[int, int]]:
    """Brings the registry in line for these households; idempotent.

    Each change is kept as a version, by the listing that made it or does not count any more. Given
    are the villages (project, id) in which the households were and are.
    """
    asked = sorted(set(codes))
    if not asked:
        return set()
    before = snapshots(asked)
    listings: dict[Code, list[Any]] = {code: [] for code in asked}
    for row in driver().execute(LISTED, columns(asked)).fetchall():
        listings[row[0], row[1]].append(row)
    entered = {code: rows for code, rows in listings.items() if rows and _registers(rows[0])}
    if gone := [code for code in asked if code not in entered]:
        driver().execute(FORGET, columns(gone))
        driver().execute(FORGET_SPELLS, columns(gone))
    for code in gone:
        _keep_spell(listings[code])
    lock_numbers({rows[0][2] for rows in entered.values()})
    for rows in entered.values():
        _enter(rows[0], _first_day(rows))
    by = {code: _listing(version["household"]["listed_by"]) for code, version in before.items()}
    by |= {code: _listing(rows[0][3]) for code, rows in entered.items()}
    after = snapshots(asked)
    remember_all("listing", before, after, by)
    return {
        (project_id, version["household"]["village_id"])
        for versions in (before, after)
        for (project_id, _), version in versions.items()
    }


def _listing(submission_id: int | None) -> str:
    return f"submission:{submission_id}"


def _keep_spell(listings: Sequence[Any]) -> None:
    """A household that an earlier round has listed, until the day of the one that did not."""
    since = _first_day(listings)
    if since is not None and since < listings[0][4]:
        driver().execute(ENTER_SPELL, (*listings[0][:3], since, listings[0][4]))


def _first_day(listings: Sequence[Any]) -> date | None:
    """The day of the first listing that registers the household."""
    days = [row[4] for row in listings if _registers(row)]
    return min(days, default=None)


def _registers(row: Any) -> bool:
    condition = _condition(row[7])
    return condition is None or condition(parse_instance(row[6]).root, row[4].isoformat())


@lru_cache(maxsize=64)
def _condition(form_version_id: int) -> Condition | None:
    definition = definition_of(form_version_id)
    text = definition.settings.get("registers_when")
    return compile_condition(text, definition) if text else None


def _enter(row: Any, since: date | None) -> None:
    project_id, code, village_id, submission_id, _, said, _, version_id = row
    values: dict[str, Any] = {
        item.registry: said.get(item.name)
        for item in definition_of(version_id).fields
        if item.registry
    }
    household = {"project": project_id, "code": code, "village": village_id}
    household |= {name: _number(values.get(name)) for name in NUMBERS}
    household |= {"poor": values.get("poor"), "listed_by": submission_id, "since": since}
    found = driver().execute(ENTER, household).fetchone()
    if found:
        label = values.get("label")
        known = (found[0], label, values.get("landmark"), fold(str(label or "")))
        driver().execute(LABEL, known)


def _number(value: Any) -> int | None:
    """A number the registry can hold; another answer was flagged, and is not one."""
    return value if isinstance(value, int) and 0 <= value <= LARGEST else None
