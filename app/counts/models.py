"""Tables of official counts in their versions, and the differences somebody should look into."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    DateTime,
    Float,
    ForeignKey,
    Identity,
    Numeric,
    UniqueConstraint,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base
from app.org_units.models import OrgUnit

Instant = DateTime(timezone=True)


class CountTable(Base):
    """One version of a table that somebody outside the survey made; never changed."""

    __tablename__ = "count_tables"
    __table_args__ = (UniqueConstraint("project_id", "code", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    code: Mapped[str]
    version: Mapped[int]
    source: Mapped[str]  # "Viettel Gia Lai"
    document: Mapped[str]  # number and day of the letter that it came with
    as_of: Mapped[date]
    legal_basis: Mapped[str]
    # A difference above it opens a task: of shares in points, of numbers relative; a fraction.
    threshold: Mapped[float] = mapped_column(Float(53))
    blob_sha256: Mapped[bytes] = mapped_column(ForeignKey("blobs.sha256"))
    taken_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    taken_by: Mapped[str]


class OfficialCount(Base):
    """One count of a table: so many in a place, of so many when that is said."""

    __tablename__ = "official_counts"
    __table_args__ = (UniqueConstraint("table_id", "unit_id", "indicator"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    table_id: Mapped[int] = mapped_column(ForeignKey("count_tables.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), index=True)
    indicator: Mapped[str]
    numerator: Mapped[Decimal] = mapped_column(Numeric(16, 3))
    denominator: Mapped[Decimal | None] = mapped_column(Numeric(16, 3))

    table: Mapped[CountTable] = relationship()
    unit: Mapped[OrgUnit] = relationship()


class CountTask(Base):
    """A difference between a count and the survey, as it was found; somebody says why it is."""

    __tablename__ = "count_tasks"
    __table_args__ = (UniqueConstraint("round_id", "count_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    count_id: Mapped[int] = mapped_column(ForeignKey("official_counts.id"))
    survey: Mapped[float] = mapped_column(Float(53))
    counted: Mapped[float] = mapped_column(Float(53))
    difference: Mapped[float] = mapped_column(Float(53))
    opened_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    comment: Mapped[str] = mapped_column(server_default="")
    closed_at: Mapped[datetime | None] = mapped_column(Instant)
    closed_by: Mapped[str | None]

    count: Mapped[OfficialCount] = relationship()
