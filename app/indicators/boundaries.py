"""Figures under the boundaries of another day: which villages cannot be placed within them.

Sums are kept by village. A village's ground is known to lie in a place of any day, or it is not:
when the village itself was divided between two communes, or was entered in a new commune without
saying in which of the old ones it lay. Every place that may have some of its ground has a broken
series.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from app.db import driver
from app.i18n import gettext
from app.indicators.figures import Figure

# From each doubtful village, along successions towards the day, to whatever may hold its ground. A
# village at whose end nothing is known may lie wherever its commune's ground lay.
DOUBTS = """
with recursive doubtful as (
    select distinct b.village_id
    from village_bases b
    where b.round_id = %(round)s and (b.n > 0 or b.frame > 0) and not exists (
        select from org_unit_ancestors a join org_units u on u.id = a.ancestor_id
        where a.unit_id = b.village_id and u.level = %(level)s
          and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
    )
), step (unit_id, next_id) as not materialized (
    select s.predecessor_id, s.successor_id
    from org_unit_successions s join org_units u on u.id = s.predecessor_id
    where u.valid_to < %(on)s
    union all
    select s.successor_id, s.predecessor_id
    from org_unit_successions s join org_units u on u.id = s.successor_id
    where u.valid_from > %(on)s
), walk (village_id, unit_id) as (
    select village_id, village_id from doubtful
    union
    select w.village_id, n.unit_id
    from walk w join org_units u on u.id = w.unit_id
    cross join lateral (
        select next_id as unit_id from step where step.unit_id = u.id
        union all
        select p.parent_id from org_unit_parents p
        where p.unit_id = u.id and u.level = 'village'
          and (u.valid_to < %(on)s or u.valid_from > %(on)s)
          and not exists (select from step where step.unit_id = u.id)
    ) n
)
select distinct a.ancestor_id, v.public_id
from walk w
join org_unit_ancestors a on a.unit_id = w.unit_id
     and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
join org_units v on v.id = w.village_id
where a.ancestor_id = any(%(units)s)
order by 1, 2
"""

# Only a division takes a village out of the places of today.
DIVIDED = "select exists (select from org_unit_events where kind = 'split' and undone_at is null)"
NAMED = 5  # villages named in a reason


def broken_series(
    round_id: int, level: str, units: Iterable[int], on: date, *, is_today: bool
) -> Mapping[int, Sequence[str]]:
    """By unit, the villages (public ids) of the round that may lie in it on the day, or may not."""
    if is_today and not driver().execute(DIVIDED).fetchone()[0]:  # type: ignore[index]
        return {}
    asked = {"round": round_id, "level": level, "units": list(units), "on": on}
    villages: dict[int, list[str]] = defaultdict(list)
    for unit_id, public_id in driver().execute(DOUBTS, asked):
        villages[unit_id].append(public_id)
    return villages


def break_figure(figure: Figure, villages: Sequence[str]) -> Figure:
    """The figure without numbers, and why there are none, in the present language."""
    named = ", ".join(villages[:NAMED]) + (", …" if len(villages) > NAMED else "")
    reason = gettext(
        "Broken series: %(count)s villages of the round may lie within these boundaries or not"
        " (%(names)s). Say in which old commune they lay, or ask under other boundaries.",
        count=len(villages),
        names=named,
    )
    return replace(
        figure,
        broken=reason,
        numerator=None,
        denominator=None,
        se=None,
        ci=None,
        ci_method=None,
        df=None,
        deff=None,
        value=None,
        bounds=None,
    )
