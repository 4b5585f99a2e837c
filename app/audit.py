"""Who did what to which thing: one row for each act of a person, and each read of personal data."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Identity, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, db


class AuditEvent(Base):
    """One act; rows are only ever added."""

    __tablename__ = "audit_events"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    # "user:3", "app_user:7", "operator" (the command line), "policy"
    actor: Mapped[str]
    # Past tense: "form.published", "submission.approved", "personal.read"
    action: Mapped[str]
    # "form:1", "submission:42"
    subject: Mapped[str] = mapped_column(index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


def record(actor: str, action: str, subject: str, **detail: Any) -> None:
    """Adds one act to the present transaction."""
    db.session.add(AuditEvent(actor=actor, action=action, subject=subject, detail=detail))
