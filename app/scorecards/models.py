"""Scorecards in their versions, and communes' cards of them."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    Numeric,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.org_units.models import OrgUnit
from app.rounds.models import Round
from app.storage.models import Blob


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
    # Not read with the rest: it is large, and `catalog.definition_of` reads it once.
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    # Whether new scores are made with it; one version of a code is.
    in_force: Mapped[bool] = mapped_column(Boolean, server_default=text("true"))
    published_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    published_by: Mapped[str]


class CommuneScore(Base):
    """A commune's card of a scorecard in a round; made when somebody first writes into it."""

    __tablename__ = "commune_scores"
    __table_args__ = (
        UniqueConstraint("scorecard_id", "round_id", "unit_id"),
        CheckConstraint(
            "state in ('computed', 'reviewed', 'explained', 'submitted', 'appraised', 'returned')",
            name="state",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scorecard_id: Mapped[int] = mapped_column(ForeignKey("scorecards.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"))
    state: Mapped[str] = mapped_column(server_default="computed")
    # Instead of the scorecard's day, where the province gave more time.
    due_on: Mapped[date | None]
    # The computed lines as they were when the commune handed the card in.
    computed: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)

    scorecard: Mapped[Scorecard] = relationship()
    round: Mapped[Round] = relationship()
    unit: Mapped[OrgUnit] = relationship()


class CriterionEntry(Base):
    """What the commune and the province wrote about a criterion; the audit trail has what was."""

    __tablename__ = "criterion_entries"

    card_id: Mapped[int] = mapped_column(ForeignKey("commune_scores.id"), primary_key=True)
    criterion: Mapped[str] = mapped_column(primary_key=True)
    reported: Mapped[str] = mapped_column(server_default="")
    own: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    explanation: Mapped[str] = mapped_column(server_default="")
    appraised: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    remark: Mapped[str] = mapped_column(server_default="")


class EvidenceFile(Base):
    """A file that proves what a commune says of a criterion; one that was removed is kept."""

    __tablename__ = "evidence_files"

    id: Mapped[int] = mapped_column(primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("commune_scores.id"), index=True)
    criterion: Mapped[str]
    name: Mapped[str]
    blob_sha256: Mapped[bytes] = mapped_column(ForeignKey("blobs.sha256"), index=True)
    added_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))

    card: Mapped[CommuneScore] = relationship()
    blob: Mapped[Blob] = relationship()
