"""Reads the sample of a round."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from app.accounts.actors import Actor
from app.accounts.scope import within
from app.db import db, driver
from app.errors import NotFound
from app.org_units.models import OrgUnit
from app.samples.models import RoundSample, SampleHousehold, SampleStratum, SampleVillage

SAMPLED = "select exists (select from samples where round_id = %s and kind <> 'census')"


@dataclass(frozen=True, slots=True)
class VillageShare:
    """A village's part of the sample: households of the frame, drawn ones, and how likely."""

    village: OrgUnit
    stratum: str
    frame: int
    drawn: int
    probability: float


def find_sample(round_id: int) -> RoundSample | None:
    """The sample of a round, if one was drawn."""
    return db.session.scalar(select(RoundSample).where(RoundSample.round_id == round_id))


def is_sampled(round_id: int) -> bool:
    """Whether a round is of some of its households only."""
    ((found,),) = driver().execute(SAMPLED, (round_id,))
    return bool(found)


def get_sample(round_id: int) -> RoundSample:
    """The same; raises `NotFound`."""
    sample = find_sample(round_id)
    if sample is None:
        raise NotFound("No sample was drawn for this round.")
    return sample


def strata_of(sample: RoundSample) -> Sequence[SampleStratum]:
    """The design strata, by name."""
    strata = select(SampleStratum).where(SampleStratum.sample_id == sample.id)
    return db.session.scalars(strata.order_by(SampleStratum.code)).all()


def villages_of(actor: Actor, sample: RoundSample, project_id: int) -> list[VillageShare]:
    """The villages of a sample where the actor may read, in alphabetical order."""
    shares = (
        select(OrgUnit, SampleVillage)
        .join(SampleVillage, SampleVillage.village_id == OrgUnit.id)
        .where(SampleVillage.sample_id == sample.id)
        .where(within(OrgUnit.id, actor, "submission.read", project_id))
        .order_by(OrgUnit.sort_key, OrgUnit.id, SampleVillage.stratum)
    )
    return [
        VillageShare(village, share.stratum, share.frame, share.drawn, share.probability)
        for village, share in db.session.execute(shares)
    ]


def households_of(sample: RoundSample) -> Sequence[SampleHousehold]:
    """Every household of a sample with its reserves, by code."""
    households = select(SampleHousehold).where(SampleHousehold.sample_id == sample.id)
    return db.session.scalars(households.order_by(SampleHousehold.household)).all()


def count_roles(sample: RoundSample) -> dict[str, int]:
    """How many households are drawn, in reserve, and standing in for others."""
    counted = (
        select(SampleHousehold.role, func.count())
        .where(SampleHousehold.sample_id == sample.id)
        .group_by(SampleHousehold.role)
    )
    found: dict[str, int] = dict(iter(db.session.execute(counted)))
    return {role: found.get(role, 0) for role in ("drawn", "reserve", "substitute")}


def replacements_of(actor: Actor, sample: RoundSample, project_id: int) -> list[SampleHousehold]:
    """The households that stand in for others, where the actor may read, by code."""
    standing_in = (
        select(SampleHousehold)
        .where(SampleHousehold.sample_id == sample.id, SampleHousehold.role == "substitute")
        .where(within(SampleHousehold.village_id, actor, "submission.read", project_id))
        .order_by(SampleHousehold.replaces)
    )
    return list(db.session.scalars(standing_in))
