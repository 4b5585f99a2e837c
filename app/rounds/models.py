"""Survey rounds: when, where, and who decides what counts."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Round(Base):
    """One counting of a province's households, from a first day to a last day or open-ended."""

    __tablename__ = "rounds"
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        CheckConstraint("review_policy in ('hold-all', 'approve-unflagged')", name="policy"),
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
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
