"""The household registry: the frame of the survey, built from approved listings."""

from datetime import datetime

from sqlalchemy import BigInteger, DateTime, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Household(Base):
    """A household known by its code (village and number)."""

    __tablename__ = "households"
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        # The frame of a village is counted from this index alone.
        Index(None, "village_id", "project_id"),
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


class HouseholdLabel(Base):
    """The name by which a surveyor finds the house: personal data, kept apart."""

    __tablename__ = "household_labels"

    household_id: Mapped[int] = mapped_column(
        ForeignKey("households.id", ondelete="CASCADE"), primary_key=True
    )
    label: Mapped[str | None]
    landmark: Mapped[str | None]
