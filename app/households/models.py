"""The household registry: the frame of the survey, built from approved listings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import PROGRAMME_ZONE
from app.db import Base

TODAY = text(f"(now() at time zone '{PROGRAMME_ZONE.key}')::date")


class Household(Base):
    """A household known by its code (village and number)."""

    __tablename__ = "households"
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        # The frame of a village is counted from this index alone.
        Index(None, "village_id", "project_id", "since"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    code: Mapped[str]
    village_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"))
    number: Mapped[int | None]
    size: Mapped[int | None]
    n15: Mapped[int | None]
    n18: Mapped[int | None]
    poor: Mapped[str | None]
    # The listing interview that registered it, null for an import.
    listed_by: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    # The day of its first listing; of an import or a move by hand the day on which that was done.
    since: Mapped[date] = mapped_column(server_default=TODAY)


class FormerHousehold(Base):
    """A household that was in a village from `since` up to, and without, `until`.

    A trigger on the registry writes it, whoever moves or removes a household.
    """

    __tablename__ = "former_households"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int | None]
    since: Mapped[date]
    until: Mapped[date]


class HouseholdLabel(Base):
    """The name by which a surveyor finds the house: personal data, kept apart."""

    __tablename__ = "household_labels"

    household_id: Mapped[int] = mapped_column(
        ForeignKey("households.id", ondelete="CASCADE"), primary_key=True
    )
    label: Mapped[str | None]
    landmark: Mapped[str | None]
    # The label as it is searched and compared (`org_units.names.fold`).
    search_key: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class HouseholdChange(Base):
    """A change by hand or by import: the household as it was and is. What is personal is in it."""

    __tablename__ = "household_changes"
    __table_args__ = (
        CheckConstraint("kind in ('import', 'move', 'merge', 'split')", name="kind"),
        Index(None, "project_id", "code"),
        Index(None, "project_id", "other"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    code: Mapped[str]
    kind: Mapped[str]
    # Into which it was merged, or from which it was split.
    other: Mapped[str | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DistinctHouseholds(Base):
    """Two households that look like one and are two, as a person has decided."""

    __tablename__ = "distinct_households"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    one: Mapped[str] = mapped_column(primary_key=True)
    other: Mapped[str] = mapped_column(primary_key=True)
    decided_by: Mapped[str]
