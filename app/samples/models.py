"""Drawn samples, with all that weights and variances need of the frame at the draw."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Float, ForeignKey, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class RoundSample(Base):
    """The sample of a round. The seed and the frame (known by its hash) give it again."""

    __tablename__ = "samples"

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"), unique=True)
    kind: Mapped[str]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    seed: Mapped[str]
    frame_sha256: Mapped[str]
    frame: Mapped[int]
    drawn: Mapped[int]
    drawn_by: Mapped[str]
    drawn_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class SampleStratum(Base):
    """A design stratum as it was at the draw: N_h units in the frame, n_h drawn."""

    __tablename__ = "sample_strata"
    __table_args__ = (CheckConstraint("psu in ('household', 'village')", name="psu"),)

    sample_id: Mapped[int] = mapped_column(
        ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    # What is drawn first in it, and counted by `frame` and `drawn`.
    psu: Mapped[str]
    frame: Mapped[int]
    drawn: Mapped[int]
    households: Mapped[int]


class SampleVillage(Base):
    """A village's part of a stratum: M households in the frame, m drawn, and its own chance."""

    __tablename__ = "sample_villages"

    sample_id: Mapped[int] = mapped_column(
        ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True
    )
    village_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    stratum: Mapped[str] = mapped_column(primary_key=True)
    frame: Mapped[int]
    drawn: Mapped[int]
    # Of the first stage: 1 where villages are not drawn.
    probability: Mapped[float] = mapped_column(Float(53))


class SamplePart(Base):
    """Households with one probability, of one stratum and, where villages were drawn, one village.

    Their weight is 1 / probability, adjusted for those of them who do not answer.
    """

    __tablename__ = "sample_parts"

    sample_id: Mapped[int] = mapped_column(
        ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True
    )
    code: Mapped[str] = mapped_column(primary_key=True)
    stratum: Mapped[str]
    # The village that was drawn; null where households are drawn first.
    village_id: Mapped[int | None] = mapped_column(ForeignKey("org_units.id"))
    # Households.
    frame: Mapped[int]
    drawn: Mapped[int]
    probability: Mapped[float] = mapped_column(Float(53))
    # Of the first stage.
    chance: Mapped[float] = mapped_column(Float(53))


class SampleHousehold(Base):
    """A household of a sample; its design weight is 1 / probability."""

    __tablename__ = "sample_households"
    __table_args__ = (
        CheckConstraint("role in ('drawn', 'reserve', 'substitute')", name="role"),
        CheckConstraint("(role = 'substitute') = (replaces is not null)", name="replaces"),
        Index(None, "sample_id", "village_id"),
    )

    sample_id: Mapped[int] = mapped_column(
        ForeignKey("samples.id", ondelete="CASCADE"), primary_key=True
    )
    household: Mapped[str] = mapped_column(primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"))
    stratum: Mapped[str]
    part: Mapped[str]
    probability: Mapped[float] = mapped_column(Float(53))
    # Its place in the random order of its group, from 1.
    place: Mapped[int]
    # A reserve is visited once it stands in for a household, which stays nonresponse.
    role: Mapped[str]
    replaces: Mapped[str | None]
