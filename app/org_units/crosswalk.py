"""Which places of one day have the ground of a place of another day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import aliased

from app.clock import today
from app.db import db, driver
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitCode, OrgUnitSuccession
from app.org_units.queries import get_unit

# "part" anywhere on the way makes the whole way "part"; of several ways the fuller one counts.
_WALK = """
with recursive walk (unit_id, extent) as (
    select %(unit)s::int, 'whole'
    union
    select s.{ahead}, case when s.extent = 'part' then 'part' else w.extent end
    from walk w
    join org_units u on u.id = w.unit_id and {gone}
    join org_unit_successions s on s.{behind} = w.unit_id
)
select w.unit_id, max(w.extent) from walk w
join org_units u on u.id = w.unit_id
where u.valid_from <= %(on)s and (u.valid_to is null or u.valid_to >= %(on)s)
group by w.unit_id
"""
_LATER = _WALK.format(ahead="successor_id", behind="predecessor_id", gone="u.valid_to < %(on)s")
_EARLIER = _WALK.format(ahead="predecessor_id", behind="successor_id", gone="u.valid_from > %(on)s")


@dataclass(frozen=True, slots=True)
class Match:
    """A place of the other day.

    "whole": all ground of the earlier of the two lies in the later one; "part": some of it.
    """

    unit: OrgUnit
    extent: str


def on_date(unit_id: int, on: date) -> list[Match]:
    """The places that have this place's ground on a date; itself while it is; none when unknown."""
    unit = get_unit(unit_id)
    if unit.valid_from <= on and (unit.valid_to is None or on <= unit.valid_to):
        return [Match(unit, "whole")]
    statement = _EARLIER if on < unit.valid_from else _LATER
    found = dict(driver().execute(statement, {"unit": unit_id, "on": on}).fetchall())
    units = select(OrgUnit).where(OrgUnit.id.in_(found)).order_by(OrgUnit.sort_key, OrgUnit.id)
    return [Match(place, found[place.id]) for place in db.session.scalars(units)]


@dataclass(frozen=True, slots=True)
class Edge:
    """Ground that went from one place to another on a day, with the codes of that day."""

    before: OrgUnit
    before_code: str | None
    after: OrgUnit
    after_code: str | None
    on: date
    extent: str


def edges(
    *,
    before: int | None = None,
    after: int | None = None,
    touching: Sequence[int] = (),
    level: str | None = None,
    limit: int = 1000,
    offset: int = 0,
) -> list[Edge]:
    """Successions from a place, to a place, or of any of several; in order of date and name."""
    old, new = aliased(OrgUnit), aliased(OrgUnit)
    old_code, new_code = aliased(OrgUnitCode), aliased(OrgUnitCode)
    statement = (
        select(old, old_code.code, new, new_code.code,
               OrgUnitSuccession.on_date, OrgUnitSuccession.extent)
        .join(old, old.id == OrgUnitSuccession.predecessor_id)
        .join(new, new.id == OrgUnitSuccession.successor_id)
        .outerjoin(old_code, and_(old_code.org_unit_id == old.id,
                                  old_code.valid_to == OrgUnitSuccession.on_date - 1))
        .outerjoin(new_code, and_(new_code.org_unit_id == new.id,
                                  new_code.valid_from == OrgUnitSuccession.on_date))
        .order_by(OrgUnitSuccession.on_date, old.sort_key, old.id, new.sort_key, new.id)
        .limit(limit).offset(offset)
    )  # fmt: skip
    if before is not None:
        statement = statement.where(OrgUnitSuccession.predecessor_id == before)
    if after is not None:
        statement = statement.where(OrgUnitSuccession.successor_id == after)
    if touching:
        ids = list(touching)
        statement = statement.where(
            OrgUnitSuccession.predecessor_id.in_(ids) | OrgUnitSuccession.successor_id.in_(ids)
        )
    if level is not None:
        statement = statement.where(old.level == level)
    return [
        Edge(a, a.public_id or a_code, b, b.public_id or b_code, on, extent)
        for a, a_code, b, b_code, on, extent in db.session.execute(statement)
    ]


def find_as_of(code: str, on: date | None = None) -> OrgUnit | None:
    """The place that a code means on a date; a retired code means what has its ground then.

    None also when the ground of the retired code's place was divided: nobody can tell which.
    """
    day = on or today()
    holders = (
        select(OrgUnit.id, OrgUnitCode.valid_from)
        .join(OrgUnitCode, OrgUnitCode.org_unit_id == OrgUnit.id)
        .where(OrgUnitCode.code == code)
        .order_by(valid_on(OrgUnitCode, day).desc(), OrgUnitCode.valid_from.desc())
    )
    for unit_id, _ in db.session.execute(holders):
        matches = on_date(unit_id, day)
        return matches[0].unit if len(matches) == 1 else None
    return None


def find_holders(code: str) -> Sequence[OrgUnit]:
    """All places that ever had this official code, or the village with this id; newest first."""
    held = select(OrgUnitCode.org_unit_id).where(OrgUnitCode.code == code)
    statement = (
        select(OrgUnit)
        .where((OrgUnit.public_id == code.upper()) | OrgUnit.id.in_(held))
        .order_by(OrgUnit.valid_from.desc())
    )
    return db.session.scalars(statement).all()
