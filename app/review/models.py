"""Decisions about interviews, and what made them doubtful."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class ReviewDecision(Base):
    """A person's decision; what a round's policy approves leaves only its date elsewhere."""

    __tablename__ = "review_decisions"
    __table_args__ = (
        CheckConstraint("state in ('received', 'approved', 'rejected')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, index=True)
    instance_pk: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str]
    reason: Mapped[str | None]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    decided_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class Flag(Base):
    """Something a check found; a flagged interview is never approved by policy."""

    __tablename__ = "flags"

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    code: Mapped[str] = mapped_column(primary_key=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
