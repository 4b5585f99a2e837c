"""Where the visits of a round stand: by household, by village, by surveyor."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.clock import PROGRAMME_ZONE
from app.db import db, driver
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.rounds.models import Round

CAPABILITY = "submission.read"

# What a visit came to; the codes are those of the household form's list `visit`.
STATES = ("unvisited", "absent", "unreachable", "refused", "moved", "vacant", "completed")
OPEN = ("unvisited", "absent", "unreachable")  # another visit may help
OUTSIDE = ("moved", "vacant")  # no household of the survey any more

# The households a round visits: those of the registry on its closing day (as in the frame of its
# figures). Those of a sample stay in it when the registry forgets them.
REGISTRY = """
select h.code, h.village_id, h.number, null::text as replaces from households h
where h.project_id = %(project)s and h.village_id = any(%(villages)s) and h.since <= %(closing)s
union all
select h.code, h.village_id, h.number, null from former_households h
where h.project_id = %(project)s and h.village_id = any(%(villages)s)
  and h.since <= %(closing)s and %(closing)s < h.until
"""
DRAWN = """
select d.household as code, d.village_id, h.number, d.replaces from samples p
join sample_households d on d.sample_id = p.id and d.role <> 'reserve'
left join households h on h.project_id = %(project)s and h.code = d.household
where p.round_id = %(round)s and d.village_id = any(%(villages)s)
"""

# A complete interview that was not rejected beats whatever the last visit came to.
HOUSEHOLDS = """
with frame as ({frame}), visits as (
    select i.subject, count(*)::int as attempts, max(i.interviewed_on) as last_on,
           bool_or(i.outcome = 'complete' and s.state <> 'rejected') as complete,
           bool_or(i.outcome = 'complete' and s.approved_pk is not null) as approved,
           (array_agg(case when i.outcome = 'refused' then '4' else i.visit_result end
                      order by i.interviewed_on desc, s.id desc))[1] as result
    from forms f
    join interviews i on i.form_id = f.id and i.round_id = %(round)s
         and i.subject = any(array(select code from frame))
    join submissions s on s.current_pk = i.instance_pk
    where f.project_id = %(project)s and f.kind = 'household'
    group by i.subject
)
select h.code, h.village_id, h.number, h.replaces, a.app_user_id,
       (a.assigned_at at time zone '{zone}')::date as given_on, coalesce(v.attempts, 0), v.last_on,
       coalesce(v.approved, false),
       case when v.complete then 'completed' when v.attempts is null then 'unvisited'
            when v.result = '4' then 'refused' when v.result = '5' then 'moved'
            when v.result = '6' then 'vacant' when v.result = '7' then 'unreachable'
            else 'absent' end as state
from frame h
left join visits v on v.subject = h.code
left join assignments a on a.round_id = %(round)s and a.household = h.code
"""
WALK = " order by h.village_id, h.number nulls last, h.code"
BY_PLACE = """
select village_id, app_user_id, state, count(*)::int, sum(attempts)::int,
       (count(*) filter (where approved))::int
from ({households}) h (code, village_id, number, replaces, app_user_id, given_on, attempts, last_on,
                       approved, state)
group by village_id, app_user_id, state
"""
GIVEN = f"""
select (a.assigned_at at time zone '{PROGRAMME_ZONE.key}')::date, count(*)::int
from ({{frame}}) h join assignments a on a.round_id = %(round)s and a.household = h.code
group by 1 order by 1
"""  # noqa: S608 - put together from constants


@dataclass(frozen=True, slots=True)
class Visited:
    """A household of a round: who has it, how often it was visited, and what came of it."""

    code: str
    village_id: int
    number: int | None
    replaces: str | None
    app_user_id: int | None
    given_on: date | None
    attempts: int
    last_on: date | None
    approved: bool
    state: str


@dataclass(slots=True)
class Tally:
    """Households by what their visits came to."""

    states: dict[str, int] = field(default_factory=lambda: dict.fromkeys(STATES, 0))
    assigned: int = 0
    attempts: int = 0
    approved: int = 0

    @property
    def frame(self) -> int:
        """All of them."""
        return sum(self.states.values())

    @property
    def resolved(self) -> int:
        """Those that need no further visit."""
        return self.frame - sum(self.states[state] for state in OPEN)

    @property
    def response(self) -> float | None:
        """Completed interviews as a share of the households that are still there (AAPOR RR1).

        A replaced household is nonresponse; whoever stands in for it is not counted twice, since
        both are in the frame.
        """
        there = self.frame - sum(self.states[state] for state in OUTSIDE)
        return self.states["completed"] / there if there else None

    def add(self, state: str, number: int, attempts: int, approved: int, *, given: bool) -> None:
        """Adds households of one state."""
        self.states[state] += number
        self.assigned += number if given else 0
        self.attempts += attempts
        self.approved += approved


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a round is in a place: as a whole, by village, by surveyor (None: nobody has it)."""

    whole: Tally
    by_village: dict[int, Tally]
    by_surveyor: dict[int | None, Tally]


def villages_below(actor: Actor, found: Round, unit_id: int) -> list[OrgUnit]:
    """The villages of a place in the round's territory that the actor may read, in their order.

    Of a round that is over also those that have ended since, where its households were.
    """
    there = valid_on(OrgUnit)
    if found.closes_on is not None:
        there = or_(there, OrgUnit.valid_to >= found.closes_on)
    statement = (
        select(OrgUnit)
        .where(
            OrgUnit.level == "village",
            there,
            OrgUnit.id.in_(_inside(unit_id)),
            within(OrgUnit.id, actor, CAPABILITY, found.project_id),
        )
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    if found.org_unit_id is not None:
        statement = statement.where(OrgUnit.id.in_(_inside(found.org_unit_id)))
    return list(db.session.scalars(statement))


def coverage(found: Round, villages: Iterable[OrgUnit]) -> Coverage:
    """How far the round is in these villages."""
    known = list(villages)
    done = Coverage(Tally(), {village.id: Tally() for village in known}, defaultdict(Tally))
    statement = BY_PLACE.format(households=_households(found))
    for village, surveyor, *row in driver().execute(statement, _asked(found, known)):
        for tally in (done.whole, done.by_village[village], done.by_surveyor[surveyor]):
            tally.add(*row, given=surveyor is not None)
    return done


def households(found: Round, villages: Iterable[OrgUnit]) -> list[Visited]:
    """The round's households in these villages, in the order in which they are walked."""
    known = list(villages)
    rows = driver().execute(_households(found) + WALK, _asked(found, known)).fetchall()
    place = {village.id: number for number, village in enumerate(known)}
    return sorted((Visited(*row) for row in rows), key=lambda one: place[one.village_id])


def given_by_day(found: Round, villages: Iterable[OrgUnit]) -> dict[date, int]:
    """The households in these villages that a surveyor has, by the day on which they were given."""
    statement = GIVEN.format(frame=_frame(found))
    return dict(driver().execute(statement, _asked(found, villages)).fetchall())


def _households(found: Round) -> str:
    return HOUSEHOLDS.format(frame=_frame(found), zone=PROGRAMME_ZONE.key)


def _frame(found: Round) -> str:
    return DRAWN if found.design == "sample" else REGISTRY


def _asked(found: Round, villages: Iterable[OrgUnit]) -> dict[str, Any]:
    ids = [village.id for village in villages]
    return {
        "round": found.id,
        "project": found.project_id,
        "villages": ids,
        "closing": found.closes_on or date.max,
    }


def _inside(unit_id: int) -> Any:
    return select(OrgUnitAncestor.unit_id).where(
        OrgUnitAncestor.ancestor_id == unit_id, valid_on(OrgUnitAncestor)
    )
