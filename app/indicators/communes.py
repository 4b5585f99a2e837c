"""Keeps the sums of communes, so that nobody adds up their villages at each reading.

They say which states of which villages they are made of (`VillageState`), and hold as long as these
are the commune's: whatever happens to a village, or to what lies in the commune on the day asked
for, they are passed over until a worker with nothing else to do has added the villages up anew.
In a round with a sample a figure hangs on villages elsewhere as well, and nothing kept is read.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isclose, sqrt
from typing import Any

from app.clock import today
from app.db import driver
from app.indicators.reading import BASES, COVERAGE, MOMENTS, NOW

Rows = Sequence[Any]
Row = Mapping[str, Any]

VILLAGES = 50  # whose communes are added up together: a person's decision may have to wait for them

# One after the other, since nobody else writes these sums; whoever reads them does not wait.
LOCK = "select pg_advisory_xact_lock(hashtext('commune_sums'))"
# What is just being summed up will be owed once more.
TAKE = """
with owed as (
    select round_id, village_id from village_states where is_owed
    order by round_id, village_id limit %(most)s for update skip locked
), taken as (
    update village_states v set is_owed = false from owed o
    where (v.round_id, v.village_id) = (o.round_id, o.village_id)
    returning v.round_id, v.village_id
)
select t.round_id, array_remove(array_agg(distinct u.id), null), count(distinct t.village_id)
from taken t
left join org_unit_ancestors a on a.unit_id = t.village_id
     and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
left join org_units u on u.id = a.ancestor_id and u.level = 'commune'
group by t.round_id
"""
FORGET = "delete from {} where round_id = %(round)s and unit_id = any(%(units)s)"

# The present states of the villages in each place on the day.
MADE = """made as materialized (
    select a.ancestor_id as unit_id, array_agg(v.state order by v.state) as made_of
    from org_unit_ancestors a
    join village_states v on (v.round_id, v.village_id) = (%(round)s, a.unit_id)
    where a.ancestor_id = any(%(units)s)
      and a.valid_from <= %(on)s and (a.valid_to is null or a.valid_to >= %(on)s)
    group by a.ancestor_id
)"""
HOLDING = "commune_bases b join made using (unit_id, made_of) where b.round_id = %(round)s"
# As COVERAGE and MOMENTS give them, but for what only samples have.
OF_BASE = """unit_id, form_id, partner_id, expected, n, waiting, unresolved, refused, villages,
    villages_left_out, frame_left_out, first_on, last_on, computed_at"""
OF_SUM = """unit_id, domain_id, y, x, var_y, cov, var_x, n, psus, df, w, ww, yy, xy, xx, yes,
    dont_know, refused, blank, irrelevant"""
ADDED = BASES.format(**NOW)
BASES_ADDED = f"({COVERAGE}) as c ({OF_BASE}, substitutes, villages_not_drawn, is_sample)"
SUMS_ADDED = f"({MOMENTS.format(**NOW)}) as m ({OF_SUM}, is_whole)"

# The states first: sums that are newer than what they are said to be made of never hold.
ADD_BASES = f"""{ADDED}, {MADE}
insert into commune_bases (round_id, made_of, {OF_BASE})
select %(round)s, made_of, {OF_BASE} from {BASES_ADDED} join made using (unit_id)
"""  # noqa: S608 - put together from constants
ADD_SUMS = f"""{ADDED}
insert into commune_sums (round_id, {OF_SUM}) select %(round)s, {OF_SUM} from {SUMS_ADDED}
"""  # noqa: S608
ARE_OWED = "select exists (select from village_states where is_owed)"
# In the order in which whoever sums villages up takes them.
OWE_ALL = """
with kept as (
    select round_id, village_id from village_states where not is_owed
    order by round_id, village_id for update
)
update village_states v set is_owed = true from kept k
where (v.round_id, v.village_id) = (k.round_id, k.village_id)
"""
ALL_DOMAINS = "select array_agg(id) from indicator_domains"

FIND_BASES = f"with {MADE} select {OF_BASE} from {HOLDING}"  # noqa: S608
FIND_SUMS = f"""
select {OF_SUM}, true from commune_sums
where round_id = %(round)s and unit_id = any(%(units)s) and domain_id = any(%(domains)s)
"""  # noqa: S608

# What is kept beside the same added up now, all of one moment, of communes of which it holds.
BESIDE = """{added}, {made}, held as (select distinct unit_id from {holding}),
k as (select {columns} from {kept} join held using (unit_id) where round_id = %(round)s),
a as (select {columns} from {again} join held using (unit_id))
select to_jsonb(k), to_jsonb(a) from k full join a using (unit_id, {key})
"""
PARTS = {"added": ADDED, "made": MADE, "holding": HOLDING}
BASES_BESIDE = BESIDE.format(
    **PARTS, columns=OF_BASE, kept="commune_bases", again=BASES_ADDED, key="form_id, partner_id"
)
SUMS_BESIDE = BESIDE.format(
    **PARTS, columns=OF_SUM, kept="commune_sums", again=SUMS_ADDED, key="domain_id"
)
CLOSE = 1e-9


def find(asked: Mapping[str, Any]) -> tuple[Rows, Rows]:
    """The bases and sums that hold of the communes asked for, as those of `reading` come.

    A commune without a base has to be added up.
    """
    bases = driver().execute(FIND_BASES, asked).fetchall()
    units = sorted({base[0] for base in bases})
    sums = driver().execute(FIND_SUMS, {**asked, "units": units}).fetchall() if units else []
    return bases, sums


def are_owed() -> bool:
    """Whether villages were summed up whose communes are not added up yet."""
    ((owed,),) = driver().execute(ARE_OWED)
    return bool(owed)


def owe_all() -> None:
    """Lets all communes be added up anew, as after a change of what lies in them."""
    driver().execute(OWE_ALL)


def carry_on() -> int:
    """Adds up the communes around some villages that were summed up; how many villages."""
    driver().execute(LOCK)
    taken = driver().execute(TAKE, {"most": VILLAGES, "on": today()}).fetchall()
    for round_id, units, _ in taken:
        add_up(round_id, units)
    return sum(villages for _, _, villages in taken)


def add_up(round_id: int, unit_ids: Sequence[int]) -> None:
    """Adds up the villages that lie in these communes today, in the present transaction."""
    asked = _asked(round_id, unit_ids)
    for table in ("commune_bases", "commune_sums"):
        driver().execute(FORGET.format(table), asked)
    driver().execute(ADD_BASES, asked)
    driver().execute(ADD_SUMS, asked)


def compare(round_id: int, unit_id: int) -> Iterator[tuple[str, Row, Row]]:
    """What is kept of a commune, row by row, beside the same added up now; nothing if it is old.

    The names of the numbers that differ come first, "" where none does.
    """
    asked = _asked(round_id, [unit_id])
    for statement in (BASES_BESIDE, SUMS_BESIDE):
        for kept, again in driver().execute(statement, asked):
            here, there = kept or {}, again or {}
            yield ", ".join(_differing(here, there)), here, there


def _differing(here: Row, there: Row) -> Iterator[str]:
    sizes = {
        name: sqrt(abs(there.get(one, 0.0) * there.get(other, 0.0)))
        for name, one, other in (("cov", "var_y", "var_x"), ("xy", "yy", "xx"))
    }
    for name in here.keys() | there.keys():
        one, other = here.get(name), there.get(name)
        if isinstance(one, float | int) and isinstance(other, float | int):
            is_same = isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE * sizes.get(name, 0.0))
        else:
            is_same = one == other
        if not is_same:
            yield name


def _asked(round_id: int, unit_ids: Sequence[int]) -> dict[str, Any]:
    ((domains,),) = driver().execute(ALL_DOMAINS)
    return {
        "round": round_id, "units": list(unit_ids), "on": today(),
        "domains": domains or [], "sampled": False,
    }  # fmt: skip
