"""The list of households: which ones a surveyor has today, and what the phone is told of each.

Phones that know entities keep a row until one with a higher version comes (OpenRosa conformance
122). So whatever changes what a row says raises its version: triggers do when the household, its
name or the rounds change, `renew` does when its interview is decided, and days that pass count.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    column,
    exists,
    func,
    or_,
    select,
    table,
    true,
)
from sqlalchemy.orm import aliased

from app import clock
from app.accounts.actors import Actor
from app.db import columns, db, driver
from app.forms.models import Form
from app.households.draw import pick_number, pick_seed
from app.households.models import Household, HouseholdLabel
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.projects.models import Project
from app.rounds.models import Round
from app.rounds.queries import current_round, list_rounds, present_of
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

# What the statement is told each time it is asked.
PROJECT, ROUND, PHONE = (bindparam(name, type_=Integer) for name in ("project", "round", "phone"))
TODAY: Any = bindparam("today", type_=Date)

RENEW = """
update households h set version = version + 1
from (select h.id from unnest(%s::int[], %s::text[]) as k (project_id, code)
      join households h on h.project_id = k.project_id and h.code = k.code
      order by h.id for update of h) k
where h.id = k.id returning h.project_id, h.village_id
"""


def households(actor: Actor, project_id: int, _language: str) -> Iterable[Sequence[object]]:
    """The rows under `HEADER`."""
    rounds = list_rounds(project_id)
    now, raised = present_of(rounds), _raised_by(rounds, project_id)
    statement, told = _theirs(actor, project_id, now)
    for uuid, version, code, number, name, village, adults in db.session.execute(statement, told):
        seed = pick_seed(now.pick_salt, code) if now else ""
        pick = pick_number(seed, adults) if seed and adults else ""
        label = _label(number, name) or code
        yield uuid, label, version + raised, code, village, seed, adults, pick


def renew(codes: Iterable[tuple[int, str]]) -> set[tuple[int, int]]:
    """Says that phones should take these households (project, code) anew; their villages."""
    asked = sorted(set(codes))
    return set(driver().execute(RENEW, columns(asked))) if asked else set()


def theirs_among(actor: Actor, project_id: int, uuids: Collection[str]) -> set[str]:
    """Those of some households' ids that a surveyor has on the list today."""
    statement, told = _theirs(actor, project_id, current_round(project_id))
    listed = statement.with_only_columns(Household.uuid).where(Household.uuid.in_(uuids))
    return set(db.session.scalars(listed.order_by(None), told))


def _theirs(
    actor: Actor, project_id: int, now: Round | None
) -> tuple[Select[Any], dict[str, object]]:
    """The households of a surveyor today, with name, village and adults; and what it asks for."""
    told = {
        "project": project_id,
        "today": clock.today(),
        "units": actor.units(CAPABILITY, project_id),
        "round": now and now.id,
        "phone": actor.id,
    }
    return _statement(now and now.design, everywhere=actor.is_operator), told


@cache
def _statement(design: str | None, *, everywhere: bool) -> Select[Any]:
    """Made once, since making it costs as much as its answer."""
    registry = _registry(everywhere=everywhere)
    return registry if design is None else registry.where(*_visited(design))


def _raised_by(rounds: Iterable[Round], project_id: int) -> int:
    """A number that never falls, and rises when another round becomes the current one.

    Each first day, and each day after a last one, is a step. A round that is changed may take two
    of them back, so the trigger `raise_rounds` adds three.
    """
    changed = db.session.scalars(
        select(Project.rounds_version).where(Project.id == project_id)
    ).one()
    days = [day for found in rounds for day in _turns(found)]
    return changed + sum(day <= clock.today() for day in days)


def _turns(found: Round) -> Iterable[date]:
    yield found.starts_on
    if found.ends_on is not None:
        yield found.ends_on + timedelta(1)


def _registry(*, everywhere: bool) -> Select[Any]:
    """Households with their names, villages, and the adults that their interview counted.

    In each village those without a complete interview come first. Interviews are looked up for each
    household, by their key: a round has a million of them, a surveyor a village or two.
    """
    said = (
        select(func.max(Interview.adults).label("adults"), (func.count() > 0).label("is_complete"))
        .select_from(_counted)
        .join(Interview, Interview.instance_pk == _counted.c.instance_pk)
        .join(Form, and_(Form.id == _counted.c.form_id, Form.kind == "household"))
        .where(Form.project_id == PROJECT, _counted.c.round_id == ROUND)
        .where(_counted.c.subject == Household.code, _counted.c.outcome == "complete")
        .lateral()
    )
    around = aliased(OrgUnitAncestor)
    within = exists().where(
        around.unit_id == Household.village_id,
        around.ancestor_id.in_(bindparam("units", expanding=True)),
        valid_on(around, TODAY),
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
        .where(Household.project_id == PROJECT, valid_on(OrgUnit, TODAY))
        .where(true() if everywhere else within)
        .order_by(
            OrgUnit.sort_key,
            OrgUnit.id,
            said.c.is_complete,
            Household.number.nulls_last(),
            Household.code,
        )
    )


def _visited(design: str) -> Iterable[ColumnElement[bool]]:
    """Conditions: the round visits the household, and the surveyor has it or nobody shares it out.

    In a village of which households are assigned, each surveyor sees their own; a village of which
    none is assigned stays open to all who work there.
    """
    if design == "sample":
        drawn = (
            select(_drawn.c.household)
            .join(_samples, _samples.c.id == _drawn.c.sample_id)
            .where(_samples.c.round_id == ROUND, _drawn.c.role != "reserve")
        )
        yield Household.code.in_(drawn)
    given = select(_assigned.c.household).where(_assigned.c.round_id == ROUND)
    other = aliased(Household)
    shared_out = select(other.village_id).where(other.project_id == PROJECT, other.code.in_(given))
    mine = given.where(_assigned.c.app_user_id == PHONE)
    yield or_(Household.code.in_(mine), Household.village_id.not_in(shared_out))


def _label(number: int | None, name: str | None) -> str:
    """The number and the name by which the house is found, on one line."""
    parts = ("" if number is None else str(number), " ".join((name or "").split()))
    return ". ".join(filter(None, parts))
