"""Gives households to surveyors; their phones have them at the next sync."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app import audit
from app.accounts.actors import Actor
from app.accounts.models import AppUser, RoleGrant
from app.accounts.scope import within
from app.db import columns, db, driver
from app.errors import BadRequest, NotFound
from app.fieldwork.models import Assignment
from app.fieldwork.share import share
from app.households import lists
from app.households.models import Household
from app.indicators.models import CountedInterview
from app.org_units.hierarchy import valid_on
from app.org_units.models import OrgUnit, OrgUnitAncestor
from app.rounds.models import Round
from app.samples.models import RoundSample, SampleHousehold

CAPABILITY = "fieldwork.manage"
VISITED = ("drawn", "substitute")

Key = tuple[int, str]  # project, code


@dataclass(frozen=True, slots=True)
class Assigned:
    """What an assignment came to."""

    given: int  # households that have another surveyor now
    left: int  # households where none of the surveyors works


def rounds_of(households: Iterable[Key]) -> dict[Key, set[int]]:
    """By household, the rounds in which it was given to a surveyor."""
    found: dict[Key, set[int]] = defaultdict(set)
    if asked := sorted(set(households)):
        rows = driver().execute(
            "select a.project_id, a.household, a.round_id"
            " from unnest(%s::int[], %s::text[]) as k (project_id, household)"
            " join assignments a using (project_id, household)",
            columns(asked),
        )
        for project_id, household, round_id in rows:
            found[project_id, household].add(round_id)
    return found


def assign(found: Round, wanted: Mapping[str, int], *, actor: Actor) -> Assigned:
    """Gives households (by code) to surveyors (by id), whoever had them before.

    All or nothing: `NotFound` for a household that is not in the round or the actor's territory, or
    an unknown surveyor; `BadRequest` for one who does not work in the household's village.
    """
    actor.require(CAPABILITY, found.project_id)
    villages = _villages(found, wanted, actor)
    if unknown := sorted(set(wanted) - set(villages)):
        raise NotFound(
            "These households are not in this round, or not yours: %(codes)s",
            codes=", ".join(unknown[:10]),
        )
    places = work_places(found.project_id, set(wanted.values()))
    for code, app_user_id in wanted.items():
        if villages[code] not in places[app_user_id]:
            raise BadRequest(
                "The surveyor does not work in the village of household %(code)s.", code=code
            )
    return Assigned(_write(found, wanted, actor), 0)


def share_evenly(
    found: Round,
    unit_id: int,
    app_user_ids: Collection[int],
    *,
    actor: Actor,
    again: bool = False,
) -> Assigned:
    """Shares the households of a village or commune out evenly among surveyors who work there.

    Those that nobody has; with `again` all that are not visited yet.
    """
    actor.require(CAPABILITY, found.project_id)
    places = work_places(found.project_id, set(app_user_ids))
    if not places:
        raise BadRequest("Choose at least one surveyor.")
    rows = db.session.execute(_open(found, unit_id, actor, again=again)).all()
    carried = Counter(
        db.session.scalars(
            select(Assignment.app_user_id).where(
                Assignment.round_id == found.id,
                Assignment.household.not_in([code for code, _ in rows]),
            )
        )
    )
    wanted = share([(code, village) for code, village in rows], places, carried)
    return Assigned(_write(found, wanted, actor), len(rows) - len(wanted))


def unassign(found: Round, codes: Collection[str], *, actor: Actor) -> int:
    """Takes households back from whoever has them; how many."""
    actor.require(CAPABILITY, found.project_id)
    known = _villages(found, codes, actor)
    gone = db.session.execute(
        delete(Assignment)
        .where(Assignment.round_id == found.id, Assignment.household.in_(list(known)))
        .returning(Assignment.household)
    ).all()
    if gone:
        lists.touch({found.project_id})
        audit.record(actor.label, "household.unassigned", f"round:{found.id}", count=len(gone))
    return len(gone)


def work_places(project_id: int, app_user_ids: Collection[int]) -> dict[int, set[int]]:
    """By surveyor, the villages where they work today; `NotFound` for an unknown one."""
    known = db.session.scalars(
        select(AppUser.id).where(
            AppUser.id.in_(app_user_ids),
            AppUser.project_id == project_id,
            AppUser.revoked_at.is_(None),
        )
    )
    places: dict[int, set[int]] = {app_user_id: set() for app_user_id in known}
    if len(places) != len(app_user_ids):
        raise NotFound("There is no such surveyor, or their access has ended.")
    rows = (
        select(AppUser.id, OrgUnitAncestor.unit_id)
        .join(RoleGrant, RoleGrant.app_user_id == AppUser.id)
        .join(OrgUnitAncestor, OrgUnitAncestor.ancestor_id == RoleGrant.org_unit_id)
        .where(
            AppUser.id.in_(places),
            RoleGrant.project_id == project_id,
            RoleGrant.revoked_at.is_(None),
            valid_on(OrgUnitAncestor),
        )
    )
    for app_user_id, unit_id in db.session.execute(rows):
        places[app_user_id].add(unit_id)
    return places


def visited(found: Round) -> Any:
    """Condition: the household is visited in the round; of a sample those drawn or standing in."""
    drawn = (
        select(SampleHousehold.household)
        .join(RoundSample, RoundSample.id == SampleHousehold.sample_id)
        .where(RoundSample.round_id == found.id, SampleHousehold.role.in_(VISITED))
    )
    ours = [Household.project_id == found.project_id]
    if found.org_unit_id is not None:
        ours.append(Household.village_id.in_(_below(found.org_unit_id)))
    return and_(*ours, Household.code.in_(drawn)) if found.design == "sample" else and_(*ours)


def _below(unit_id: int) -> Any:
    return select(OrgUnitAncestor.unit_id).where(
        OrgUnitAncestor.ancestor_id == unit_id, valid_on(OrgUnitAncestor)
    )


def _villages(found: Round, codes: Iterable[str], actor: Actor) -> dict[str, int]:
    """By code, the villages of those households that are in the round and the actor's hands."""
    statement = select(Household.code, Household.village_id).where(
        visited(found),
        Household.code.in_(list(codes)),
        within(Household.village_id, actor, CAPABILITY, found.project_id),
    )
    return dict(iter(db.session.execute(statement)))


def _open(found: Round, unit_id: int, actor: Actor, *, again: bool) -> Any:
    """Households of a place that are to be shared out, in the order in which they are walked."""
    has = select(Assignment.household).where(Assignment.round_id == found.id)
    done = select(CountedInterview.household).where(
        CountedInterview.round_id == found.id,
        CountedInterview.household.is_not(None),
        CountedInterview.outcome == "complete",
    )
    free = Household.code.not_in(done if again else has)
    return (
        select(Household.code, Household.village_id)
        .join(OrgUnit, OrgUnit.id == Household.village_id)
        .where(
            visited(found),
            or_(Household.village_id == unit_id, Household.village_id.in_(_below(unit_id))),
            within(Household.village_id, actor, CAPABILITY, found.project_id),
            free,
        )
        .order_by(OrgUnit.sort_key, OrgUnit.id, Household.number.nulls_last(), Household.code)
    )


def _write(found: Round, wanted: Mapping[str, int], actor: Actor) -> int:
    if not wanted:
        return 0
    rows = [
        {
            "round_id": found.id,
            "household": code,
            "project_id": found.project_id,
            "app_user_id": app_user_id,
            "assigned_by": actor.label,
        }
        for code, app_user_id in sorted(wanted.items())
    ]
    statement = insert(Assignment).values(rows)
    fresh = statement.excluded
    changed = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=[Assignment.round_id, Assignment.household],
            set_={
                "app_user_id": fresh.app_user_id,
                "assigned_by": fresh.assigned_by,
                "assigned_at": func.now(),
            },
            where=Assignment.app_user_id != fresh.app_user_id,
        ).returning(Assignment.household)
    ).all()
    if changed:
        lists.touch({found.project_id})
        given = Counter(wanted[code] for (code,) in changed)
        counts = {str(app_user_id): number for app_user_id, number in given.items()}
        audit.record(actor.label, "household.assigned", f"round:{found.id}", to=counts)
    return len(changed)
