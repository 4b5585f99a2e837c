"""Enters households into the registry when their listing is approved, and takes them out again.

Which answer becomes which property stands in the listing form (`registry` in its survey sheet), as
does the condition (`registers_when`).
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from app.db import driver
from app.forms.queries import definition_of
from app.xforms.expressions.condition import Condition, compile_condition
from app.xforms.instance import parse_instance

# Of the approved version of each listing: where, which household, and all it answered.
LISTED = """
select s.id, s.project_id, v.village_id, v.household, v.interviewed_on,
       v.answers, coalesce(p.answers -> 'top', '{}'), i.xml, i.form_version_id
from submissions s
join interviews v on v.instance_pk = s.approved_pk
join instances i on i.id = s.approved_pk
left join personal_answers p on p.instance_pk = s.approved_pk
where s.id = any(%s) and v.outcome = 'complete'
  and v.village_id is not null and v.household is not null
order by s.decided_at, s.id
"""

# A listing that is not approved any more takes its household with it.
FORGET = "delete from households where listed_by = any(%s) and not (code = any(%s))"

ENTER = """
insert into households (project_id, code, village_id, number, size, n15, n18, poor, listed_by)
values (%(project)s, %(code)s, %(village)s, %(number)s, %(size)s, %(n15)s, %(n18)s, %(poor)s,
        %(listed_by)s)
on conflict (project_id, code) do update
set village_id = excluded.village_id, number = excluded.number, size = excluded.size,
    n15 = excluded.n15, n18 = excluded.n18, poor = excluded.poor, updated_at = now()
where households.listed_by = excluded.listed_by
returning id
"""

LABEL = """
insert into household_labels (household_id, label, landmark) values (%s, %s, %s)
on conflict (household_id) do update set label = excluded.label, landmark = excluded.landmark
"""

BLANK = dict.fromkeys(("number", "label", "landmark", "size", "n15", "n18", "poor"))


def register(submission_ids: Iterable[int]) -> None:
    """Brings the registry in line with these listing interviews; idempotent."""
    listings = sorted(set(submission_ids))
    if not listings:
        return
    rows = driver().execute(LISTED, (listings,)).fetchall()
    entered = [row for row in rows if _registers(row)]
    driver().execute(FORGET, (listings, [row[3] for row in entered]))
    for row in entered:
        _enter(row)


def _registers(row: Any) -> bool:
    condition = _condition(row[8])
    return condition is None or condition(parse_instance(row[7]).root, row[4].isoformat())


@lru_cache(maxsize=64)
def _condition(form_version_id: int) -> Condition | None:
    definition = definition_of(form_version_id)
    text = definition.settings.get("registers_when")
    return compile_condition(text, definition) if text else None


def _enter(row: Any) -> None:
    submission_id, project_id, village_id, code, _, answers, personal, _, version_id = row
    said = answers | personal
    values = BLANK | {
        item.registry: said.get(item.name)
        for item in definition_of(version_id).fields
        if item.registry
    }
    household = {"project": project_id, "code": code, "village": village_id}
    found = driver().execute(ENTER, values | household | {"listed_by": submission_id}).fetchone()
    if found:
        driver().execute(LABEL, (found[0], values["label"], values["landmark"]))
