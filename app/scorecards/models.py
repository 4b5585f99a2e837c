"""Scorecards in their versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Scorecard(Base):
    """One version of a province's scorecard of a year, as its workbook defined it."""

    __tablename__ = "scorecards"
    __table_args__ = (
        UniqueConstraint("project_id", "code", "version"),
        Index(
            "scorecards_in_force_key",
            "project_id",
            "code",
            unique=True,
            postgresql_where=text("in_force"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    code: Mapped[str]
    version: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB)
    # Whether new scores are made with it; one version of a code is.
    in_force: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    published_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    published_by: Mapped[str]
