"""What phones sent and what became of it, day by day; and who has sent nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select

from app.accounts.actors import Actor
from app.accounts.models import AppUser, RoleGrant
from app.accounts.scope import within
from app.clock import PROGRAMME_ZONE, today
from app.db import db, driver
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnitAncestor
from app.rounds.models import Round

# The way of an upload: what the phone sent is filed or parked, then read, approved, counted.
STEPS = ("sent", "received", "parked", "processed", "approved", "counted")

ZONE = PROGRAMME_ZONE.key

UPLOADS = f"""
select (u.received_at at time zone '{ZONE}')::date as day, u.app_user_id, u.received_at, u.parked,
       u.pk, s.id as submission_id, f.xml_form_id, i.household, i.instance_pk is not null as read,
       coalesce(s.approved_pk = u.pk, false) as approved,
       exists (select from counted_interviews c
               where (c.round_id, c.form_id, c.subject) = (i.round_id, i.form_id, i.subject)
                 and c.instance_pk = u.pk) as counted
from (
    select n.app_user_id, n.received_at, false as parked, n.id as pk,
           coalesce(n.root_id, n.id) as root, n.form_id
    from instances n where n.project_id = %(project)s and n.app_user_id = any(%(surveyors)s)
    union all
    select p.app_user_id, p.received_at, true, p.id, null, null
    from parked_uploads p where p.project_id = %(project)s
      and p.app_user_id = any(%(surveyors)s) and p.settled_at is null
) u
left join submissions s on not u.parked and s.id = u.root
left join interviews i on not u.parked and i.instance_pk = u.pk
left join forms f on f.id = u.form_id
where (u.received_at at time zone '{ZONE}')::date between %(first)s and %(last)s
  and (s.id is null or s.unit_id = any(%(units)s))
"""  # noqa: S608 - put together from constants

DAYS = f"""
select day, count(*)::int, (count(*) filter (where not parked))::int,
       (count(*) filter (where parked))::int, (count(*) filter (where read))::int,
       (count(*) filter (where approved))::int, (count(*) filter (where counted))::int
from ({UPLOADS}) uploads group by day order by day desc
"""  # noqa: S608

LAST = """
select u.id, (select max(n.received_at) from instances n where n.app_user_id = u.id),
       (select count(*)::int from assignments a
        where a.app_user_id = u.id and a.round_id = %(round)s)
from unnest(%(surveyors)s::int[]) as u (id)
"""


@dataclass(frozen=True, slots=True)
class Day:
    """One day's uploads by how far they came, and the households assigned until its end."""

    day: date
    assigned: int
    sent: int
    received: int
    parked: int
    processed: int
    approved: int
    counted: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """One upload of a day; a parked one has no submission."""

    day: date
    app_user_id: int
    received_at: datetime
    parked: bool
    pk: int
    submission_id: int | None
    xml_form_id: str | None
    household: str | None
    processed: bool
    approved: bool
    counted: bool

    def reached(self, step: str) -> bool:
        """Whether it is one of those that a step's number counts."""
        reached = {
            "sent": True,
            "received": not self.parked,
            "parked": self.parked,
            "processed": self.processed,
            "approved": self.approved,
            "counted": self.counted,
        }
        return reached[step]


@dataclass(frozen=True, slots=True)
class Silence:
    """When a surveyor's phone last sent anything (None: never), and the households they have."""

    surveyor: AppUser
    last_at: datetime | None
    assigned: int

    @property
    def days(self) -> int | None:
        """Whole days since then, by the programme's calendar."""
        if self.last_at is None:
            return None
        return (today() - self.last_at.astimezone(PROGRAMME_ZONE).date()).days


def surveyors_in(actor: Actor, project_id: int, unit_id: int) -> list[AppUser]:
    """The surveyors who work in a place, as far as the actor may read there; by name."""
    below = select(OrgUnitAncestor.unit_id).where(
        OrgUnitAncestor.ancestor_id == unit_id, valid_on(OrgUnitAncestor)
    )
    there = select(RoleGrant.app_user_id).where(
        RoleGrant.project_id == project_id,
        RoleGrant.app_user_id.is_not(None),
        RoleGrant.revoked_at.is_(None),
        RoleGrant.org_unit_id.in_(below),
        within(RoleGrant.org_unit_id, actor, "submission.read", project_id),
    )
    known = select(AppUser).where(AppUser.project_id == project_id, AppUser.id.in_(there))
    return list(db.session.scalars(known.order_by(AppUser.name, AppUser.id)))


def reconcile(
    actor: Actor,
    found: Round,
    unit_id: int,
    first: date,
    last: date,
    *,
    given: Mapping[date, int],
) -> list[Day]:
    """The uploads of a place's surveyors day by day, newest first; empty days are left out.

    Of what was read, only what is filed in the place. `given` are the households there by the day
    on which a surveyor got them: each day has those given until its end.
    """
    asked = _asked(actor, found, unit_id, first, last)
    counted = {day: counts for day, *counts in driver().execute(DAYS, asked)}
    days = counted.keys() | {day for day in given if first <= day <= last}
    return [
        Day(
            day,
            sum(number for since, number in given.items() if since <= day),
            *counted.get(day, [0] * len(STEPS)),
        )
        for day in sorted(days, reverse=True)
    ]


def deliveries(actor: Actor, found: Round, unit_id: int, day: date, step: str) -> list[Delivery]:
    """The uploads that a number of `reconcile` counts, newest first."""
    asked = _asked(actor, found, unit_id, day, day)
    rows = driver().execute(UPLOADS + " order by u.received_at desc", asked)
    return [one for one in (Delivery(*row) for row in rows) if one.reached(step)]


def silences(actor: Actor, found: Round, unit_id: int) -> list[Silence]:
    """When each surveyor of a place last sent anything; whoever is silent longest comes first."""
    surveyors = surveyors_in(actor, found.project_id, unit_id)
    asked = {"round": found.id, "surveyors": [one.id for one in surveyors]}
    last = {row[0]: row[1:] for row in driver().execute(LAST, asked)}
    known = [Silence(one, *last[one.id]) for one in surveyors if one.revoked_at is None]
    return sorted(known, key=lambda one: (one.last_at is not None, one.last_at, one.surveyor.id))


def _asked(actor: Actor, found: Round, unit_id: int, first: date, last: date) -> dict[str, Any]:
    around = select(OrgUnitAncestor.unit_id).where(
        OrgUnitAncestor.ancestor_id == unit_id,
        valid_on(OrgUnitAncestor),
        within(OrgUnitAncestor.unit_id, actor, "submission.read", found.project_id),
    )
    return {
        "round": found.id,
        "project": found.project_id,
        "surveyors": [one.id for one in surveyors_in(actor, found.project_id, unit_id)],
        "units": list(db.session.scalars(around)),
        "first": first,
        "last": last,
    }
