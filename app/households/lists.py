"""The lists a phone downloads with its forms: a surveyor's communes, villages and households."""

import csv
import gzip
import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, column, func, or_, select, table, update
from sqlalchemy.orm import aliased

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.clock import today
from app.db import db
from app.forms.models import Form
from app.households import receipts
from app.households.models import Household, HouseholdLabel
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.org_units.queries import codes_of, display_name
from app.projects.models import Downloads, Project
from app.rounds.models import Round
from app.rounds.queries import current_round
from app.submissions.models import Interview

CAPABILITY = "list.download"
CHANGING = ("households", "receipts")
SEED_STEPS = 1_000_000  # six digits

Row = Sequence[object]

# The interviews that count are chosen further down the street; here their table is only read.
_counted = table(
    "counted_interviews",
    *(column(name) for name in ("round_id", "form_id", "household", "instance_pk", "outcome")),
)
# So are samples and assignments.
_samples = table("samples", column("id"), column("round_id"))
_drawn = table("sample_households", column("sample_id"), column("household"), column("role"))
_assigned = table(
    "assignments", *(column(name) for name in ("round_id", "household", "app_user_id"))
)


@dataclass(frozen=True, slots=True)
class SurveyorList:
    """A list as it goes to the phone (CSV in UTF-8, LF), its hash, and the same packed by gzip."""

    content: bytes = field(repr=False)
    md5: str
    packed: bytes = field(repr=False)


def surveyor_list(name: str, actor: Actor, project_id: int) -> SurveyorList:
    """Make one of a surveyor's lists (`MADE_LISTS` of `app.forms.media`) as it is today."""
    revision = select(Downloads.revision).scalar_subquery()
    registry, language, other = db.session.execute(
        select(Project.lists_version, Project.language, revision).where(Project.id == project_id)
    ).one()
    # The others stay when the registry and what was received change.
    state = (today(), other, registry if name in CHANGING else None)
    return _made(name, actor, project_id, language, state)


def touch(project_ids: Iterable[int]) -> None:
    """Say that lists may have changed, so that phones get them anew after this transaction."""
    raised = {"lists_version": Project.lists_version + 1}
    db.session.execute(update(Project).where(Project.id.in_(list(project_ids))).values(raised))


def pick_seed(salt: str, household_code: str) -> str:
    """A household's draw in a round: a decimal from 0 up to 1, the same on every phone."""
    digest = hashlib.sha256(f"{salt}:{household_code}".encode()).digest()
    return f"0.{int.from_bytes(digest[:8]) * SEED_STEPS >> 64:06}"


def pick_number(seed: str, n15: int) -> int:
    """Which of n15 adults (from 1) is interviewed; in whole numbers, so without rounding."""
    return int(seed.partition(".")[2]) * n15 // SEED_STEPS + 1


@lru_cache(maxsize=256)
def _made(
    name: str, actor: Actor, project_id: int, language: str, _state: tuple[Any, ...]
) -> SurveyorList:
    """The list while nothing it is made of changes: grants, day, registry, places, rounds."""
    header, rows = _LISTS[name]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(rows(actor, project_id, language))
    content = text.getvalue().encode()
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return SurveyorList(content, digest, gzip.compress(content, mtime=0))


def _communes(actor: Actor, project_id: int, language: str) -> Iterable[Row]:
    inside = aliased(OrgUnitAncestor)
    around_territory = (
        select(inside.ancestor_id)
        .where(within(inside.unit_id, actor, CAPABILITY, project_id), valid_on(inside))
        .scalar_subquery()
    )
    communes = (
        select(OrgUnit)
        .where(OrgUnit.level == "commune", OrgUnit.id.in_(around_territory), valid_on(OrgUnit))
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    units = db.session.scalars(communes).all()
    codes = codes_of(unit.id for unit in units)
    return [(codes[u.id], display_name(u, language)) for u in units if u.id in codes]


def _villages(actor: Actor, project_id: int, language: str) -> Iterable[Row]:
    commune, above = aliased(OrgUnit), aliased(OrgUnitAncestor)
    villages = (
        select(OrgUnit, commune.id)
        .join(above, above.unit_id == OrgUnit.id)
        .join(commune, and_(commune.id == above.ancestor_id, commune.level == "commune"))
        .where(OrgUnit.level == "village", valid_on(OrgUnit), valid_on(above))
        .where(within(OrgUnit.id, actor, CAPABILITY, project_id))
        .order_by(OrgUnit.sort_key, OrgUnit.id)
    )
    rows = db.session.execute(villages).all()
    codes = codes_of({commune_id for _, commune_id in rows})
    return [(u.public_id, display_name(u, language), codes.get(c, "")) for u, c in rows]


def _households(actor: Actor, project_id: int, _language: str) -> Iterable[Row]:
    now = current_round(project_id)
    registry = _registry(actor, project_id, now.id if now else None)
    if now is not None:
        registry = registry.where(*_theirs(now, actor))
    for household, label, village, adults in db.session.execute(registry):
        seed = pick_seed(now.pick_salt, household.code) if now else ""
        pick = pick_number(seed, adults) if seed and adults else ""
        yield household.code, _label(household, label), village, seed, adults, pick


def _registry(actor: Actor, project_id: int, round_id: int | None) -> Select[Any]:
    """Households with their names, villages, and the adults that their interview counted.

    In each village those without a complete interview come first.
    """
    adults = (
        select(_counted.c.household, func.max(Interview.adults).label("adults"))
        .join(Interview, Interview.instance_pk == _counted.c.instance_pk)
        .join(Form, and_(Form.id == _counted.c.form_id, Form.kind == "household"))
        .where(_counted.c.round_id == round_id, _counted.c.outcome == "complete")
        .group_by(_counted.c.household)
        .subquery()
    )
    return (
        select(Household, HouseholdLabel.label, OrgUnit.public_id, adults.c.adults)
        .join(OrgUnit, Household.village_id == OrgUnit.id)
        .outerjoin(HouseholdLabel, HouseholdLabel.household_id == Household.id)
        .outerjoin(adults, adults.c.household == Household.code)
        .where(Household.project_id == project_id, valid_on(OrgUnit))
        .where(within(Household.village_id, actor, CAPABILITY, project_id))
        .order_by(
            OrgUnit.sort_key,
            OrgUnit.id,
            adults.c.household.is_not(None),
            Household.number.nulls_last(),
            Household.code,
        )
    )


def _theirs(now: Round, actor: Actor) -> Iterable[ColumnElement[bool]]:
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


def _label(household: Household, name: str | None) -> str:
    """The number and the name by which the house is found, on one line; else its code."""
    number = "" if household.number is None else str(household.number)
    parts = (number, " ".join((name or "").split()))
    return ". ".join(filter(None, parts)) or household.code


_LISTS: dict[str, tuple[str, Callable[[Actor, int, str], Iterable[Row]]]] = {
    "communes": ("name,label", _communes),
    "villages": ("name,label,commune_code", _villages),
    "households": ("name,label,village_id,pick_seed,n15,pick_no", _households),
    "receipts": (receipts.HEADER, receipts.receipts),
}
