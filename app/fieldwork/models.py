"""Assignments: which surveyor visits which household in a round."""

from datetime import datetime

from sqlalchemy import DateTime, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Assignment(Base):
    """A household given to a surveyor in a round; the audit trail has who had it before."""

    __tablename__ = "assignments"
    __table_args__ = (Index(None, "project_id", "household"), Index(None, "app_user_id"))

    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), primary_key=True)
    # The household's code: registry rows come and go with their listings.
    household: Mapped[str] = mapped_column(primary_key=True)
    project_id: Mapped[int]
    app_user_id: Mapped[int] = mapped_column(ForeignKey("app_users.id"))
    assigned_by: Mapped[str]
    assigned_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
