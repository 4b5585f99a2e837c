"""Indicator definitions in force, the pairs of each interview, and which interviews count."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from app.db import Base

Floats = ARRAY(Float(53))


class IndicatorVersion(Base):
    """One version of one indicator, as its workbook defined it; never changed."""

    __tablename__ = "indicator_versions"
    __table_args__ = (UniqueConstraint("project_id", "code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), index=True)
    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"))
    # The other form that it joins.
    partner_id: Mapped[int | None] = mapped_column(ForeignKey("forms.id"))
    code: Mapped[str]
    version: Mapped[str]
    unit: Mapped[str]
    labels: Mapped[dict[str, str]] = mapped_column(JSONB)
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # Whether new interviews are evaluated with it.
    in_force: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))


class IndicatorDomain(Base):
    """An indicator as a whole, or for one value of one breakdown: what a sum is a sum of."""

    __tablename__ = "indicator_domains"
    __table_args__ = (UniqueConstraint("indicator_id", "breakdown", "value"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicator_versions.id"))
    breakdown: Mapped[str] = mapped_column(server_default="")
    value: Mapped[str] = mapped_column(server_default="")


class ObservedColumns:
    """What is said to each domain: sums over the rows of an interview, in parallel arrays.

    y and x are sums of numerators and denominators over n rows with an answer; yy, xy, xx sums of
    their squares and products; the four counts are the eligible rows without an answer, by reason.
    """

    @declared_attr.directive
    @classmethod
    def __table_args__(cls) -> tuple[CheckConstraint, ...]:
        # Larger numbers are nonsense, and their squares would overflow in the sums of a whole
        # village. PostgreSQL takes NaN for larger than all.
        return tuple(
            CheckConstraint(f"1e15 > all ({name}) and -1e15 < all ({name})", name=name)
            for name in ("y", "x")
        )

    domain_ids: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    n: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    y: Mapped[list[float]] = mapped_column(Floats)
    x: Mapped[list[float]] = mapped_column(Floats)
    yy: Mapped[list[float]] = mapped_column(Floats)
    xy: Mapped[list[float]] = mapped_column(Floats)
    xx: Mapped[list[float]] = mapped_column(Floats)
    dont_know: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    refused: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    blank: Mapped[list[int]] = mapped_column(ARRAY(Integer))
    irrelevant: Mapped[list[int]] = mapped_column(ARRAY(Integer))


class Observation(ObservedColumns, Base):
    """What one interview says to each domain."""

    __tablename__ = "observations"

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class PairObservation(ObservedColumns, Base):
    """What an interview says together with one of the form that indicators of its form join.

    It is so of these two instances for ever, whether they count or not. Of different people they
    say nothing (`is_one` is false).
    """

    __tablename__ = "pair_observations"

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    partner_pk: Mapped[int] = mapped_column(
        BigInteger, primary_key=True, autoincrement=False, index=True
    )
    is_one: Mapped[bool]


class CountedInterview(Base):
    """The one interview that counts for a subject (household, person, village) in a round.

    It is complete, or the disposition that stands where no complete interview is approved.
    """

    __tablename__ = "counted_interviews"
    __table_args__ = (Index(None, "round_id", "village_id", "form_id"),)

    round_id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger)
    instance_pk: Mapped[int] = mapped_column(BigInteger)
    village_id: Mapped[int]
    household: Mapped[str | None]
    outcome: Mapped[str]


class StaleVillage(Base):
    """The ledger of figures owed: something that counts has changed in this village and round."""

    __tablename__ = "stale_villages"
    __table_args__ = (
        # Found at once among any number of others: what a person decided (`stale.Urgency`).
        Index("stale_villages_decided_idx", "id", postgresql_where=text("urgency = 2")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    round_id: Mapped[int]
    village_id: Mapped[int]
    urgency: Mapped[int] = mapped_column(SmallInteger, server_default="0")


class Evaluation(Base):
    """The ledger of evaluations owed: how far the interviews of a form are evaluated again."""

    __tablename__ = "evaluations"
    __table_args__ = (CheckConstraint("state in ('running', 'stopped', 'finished')", name="state"),)

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    state: Mapped[str] = mapped_column(server_default="running")
    reason: Mapped[str | None]
    # Done up to this instance; those beyond the last one came later, and were evaluated then.
    last_pk: Mapped[int] = mapped_column(BigInteger, server_default="0")
    until_pk: Mapped[int] = mapped_column(BigInteger)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(server_default="0")
    cpu_seconds: Mapped[float] = mapped_column(Float(53), server_default="0")
    started_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
