"""The list of households: which ones a surveyor has today, and what the phone is told of each.

Phones that know entities keep a row until one with a higher version comes (OpenRosa conformance
122). So whatever changes what a row says raises its version: triggers do when the household, its
name or the rounds change, `renew` does when its interview is decided, and days that pass count.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, column, func, or_, select, table, true
from sqlalchemy.orm import aliased

from app import clock
from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import columns, db, driver
from app.forms.models import Form
from app.households.draw import pick_number, pick_seed
from app.households.models import Household, HouseholdLabel
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit
from app.projects.models import Project
from app.rounds.models import Round
from app.rounds.queries import current_round, list_rounds
from app.submissions.models import Interview

CAPABILITY = "list.download"
HEADER = "name,label,__version,code,village_id,pick_seed,n15,pick_no"
# What a form may save to a household on the phone; the rest is the server's.
SAVED = frozenset({"code", "village_id", "n15", "pick_no"})

# The interviews that count are chosen further down the street; here their table is only read.
_counted = table(
    "counted_interviews",
    *(column(name) for name in ("round_id", "form_id", "subject", "instance_pk", "outcome")),
)
# So are samples and assignments.
_samples = table("samples", column("id"), column("round_id"))
_drawn = table("sample_households", column("sample_id"), column("household"), column("role"))
_assigned = table(
    "assignments", *(column(name) for name in ("round_id", "household", "app_user_id"))
)

RENEW = """
update households h set version = version + 1
from (select h.id from unnest(%s::int[], %s::text[]) as k (project_id, code)
      join households h on h.project_id = k.project_id and h.code = k.code
      order by h.id for update of h) k
where h.id = k.id returning h.project_id, h.village_id
"""


def households(actor: Actor, project_id: int, _language: str) -> Iterable[Sequence[object]]:
    """The rows under `HEADER`."""
    now = current_round(project_id)
    raised = _raised_by_rounds(project_id)
    for uuid, version, code, number, name, village, adults in db.session.execute(
        theirs(actor, project_id)
    ):
        seed = pick_seed(now.pick_salt, code) if now else ""
        pick = pick_number(seed, adults) if seed and adults else ""
        yield (
            uuid,
            _label(number, name) or code,
            version + raised,
            code,
            village,
            seed,
            adults,
            pick,
        )


def renew(codes: Iterable[tuple[int, str]]) -> set[tuple[int, int]]:
    """Says that phones should take these households (project, code) anew; their villages."""
    asked = sorted(set(codes))
    return set(driver().execute(RENEW, columns(asked))) if asked else set()


def theirs(actor: Actor, project_id: int) -> Select[Any]:
    """The households of a surveyor today, with name, village and adults."""
    now = current_round(project_id)
    registry = _registry(actor, project_id, now.id if now else None)
    return registry if now is None else registry.where(*_visited(now, actor))


def _raised_by_rounds(project_id: int) -> int:
    """A number that never falls, and rises when another round becomes the current one.

    Each first day, and each day after a last one, is a step. A round that is changed may take two
    of them back, so the trigger `raise_rounds` adds three.
    """
    changed = db.session.scalars(
        select(Project.rounds_version).where(Project.id == project_id)
    ).one()
    days = [day for found in list_rounds(project_id) for day in _turns(found)]
    return changed + sum(day <= clock.today() for day in days)


def _turns(found: Round) -> Iterable[date]:
    yield found.starts_on
    if found.ends_on is not None:
        yield found.ends_on + timedelta(1)


def _registry(actor: Actor, project_id: int, round_id: int | None) -> Select[Any]:
    """Households with their names, villages, and the adults that their interview counted.

    In each village those without a complete interview come first. Interviews are looked up for each
    household, by their key: a round has a million of them, a surveyor a village or two.
    """
    said = (
        select(func.max(Interview.adults).label("adults"), (func.count() > 0).label("is_complete"))
        .select_from(_counted)
        .join(Interview, Interview.instance_pk == _counted.c.instance_pk)
        .join(Form, and_(Form.id == _counted.c.form_id, Form.kind == "household"))
        .where(Form.project_id == project_id, _counted.c.round_id == round_id)
        .where(_counted.c.subject == Household.code, _counted.c.outcome == "complete")
        .lateral()
    )
    return (
        select(
            Household.uuid,
            Household.version,
            Household.code,
            Household.number,
            HouseholdLabel.label,
            OrgUnit.public_id,
            said.c.adults,
        )
        .join(OrgUnit, Household.village_id == OrgUnit.id)
        .outerjoin(HouseholdLabel, HouseholdLabel.household_id == Household.id)
        .join(said, true())
        .where(Household.project_id == project_id, valid_on(OrgUnit))
        .where(within(Household.village_id, actor, CAPABILITY, project_id))
        .order_by(
            OrgUnit.sort_key,
            OrgUnit.id,
            said.c.is_complete,
            Household.number.nulls_last(),
            Household.code,
        )
    )


def _visited(now: Round, actor: Actor) -> Iterable[ColumnElement[bool]]:
    """Conditions: the round visits the household, and the surveyor has it or nobody shares it out.

    In a village of which households are assigned, each surveyor sees their own; a village of which
    none is assigned stays open to all who work there.
    """
    if now.design == "sample":
        drawn = (
            select(_drawn.c.household)
            .join(_samples, _samples.c.id == _drawn.c.sample_id)
            .where(_samples.c.round_id == now.id, _drawn.c.role != "reserve")
        )
        yield Household.code.in_(drawn)
    given = select(_assigned.c.household).where(_assigned.c.round_id == now.id)
    other = aliased(Household)
    shared_out = select(other.village_id).where(
        other.project_id == now.project_id, other.code.in_(given)
    )
    mine = given.where(_assigned.c.app_user_id == actor.id)
    yield or_(Household.code.in_(mine), Household.village_id.not_in(shared_out))


def _label(number: int | None, name: str | None) -> str:
    """The number and the name by which the house is found, on one line."""
    parts = ("" if number is None else str(number), " ".join((name or "").split()))
    return ". ".join(filter(None, parts))
