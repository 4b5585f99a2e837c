"""Survey rounds: when, where, of whom, and who decides what counts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

Instant = DateTime(timezone=True)


class Round(Base):
    """One counting of a province's households, from a first day to a last day or open-ended."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        CheckConstraint("review_policy in ('hold-all', 'approve-unflagged')", name="policy"),
        CheckConstraint("design in ('census', 'sample')", name="design"),
        CheckConstraint("valid_for > 0", name="valid_for"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    code: Mapped[str]
    name: Mapped[str]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    review_policy: Mapped[str] = mapped_column(server_default="hold-all")
    # The number of the decision that orders the survey.
    legal_basis: Mapped[str | None]
    # Makes the pick seed of each household; secret until the list is on the phone.
    pick_salt: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    # census: every household of the registry; sample: those of its sample (app.samples).
    design: Mapped[str] = mapped_column(server_default="census")
    # Months for which an interview counts in a rolling round; null: for good.
    valid_for: Mapped[int | None]
    # The last day of receipt that counts without an exception.
    frozen_on: Mapped[date | None]
    # Where it is held; null: in the project's whole place.
    org_unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_units.id"))

    @property
    def closes_on(self) -> date | None:
        """The last day on which the registry can still change what the round counts."""
        return self.frozen_on or self.ends_on


class RoundForm(Base):
    """A form of a round; a round without any takes every form of its project."""

    __tablename__ = "round_forms"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)


class RoundDeadline(Base):
    """A day of a round's calendar by which something is to be done."""

    __tablename__ = "round_deadlines"

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    due_on: Mapped[date] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)


class RoundException(Base):
    """Leave for interviews that came after the freeze to count, at a place, up to a day."""

    __tablename__ = "round_exceptions"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    org_unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"))
    received_until: Mapped[date]
    reason: Mapped[str]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
