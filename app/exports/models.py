"""Workbooks of figures that workers make, and the pieces that are there of each."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

Instant = DateTime(timezone=True)


class FigureFile(Base):
    """Somebody asks for a workbook of figures; workers read them step by step."""

    __tablename__ = "figure_files"
    __table_args__ = (
        CheckConstraint("state in ('running', 'stopped', 'finished', 'failed')", name="state"),
        Index("figure_files_owed", "id", postgresql_where=text("state = 'running'")),
        Index(None, "actor"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    # As the audit trail names who asked, with the grants that they held then: with any others the
    # file would be a mixture of what two people may read.
    actor: Mapped[str]
    grants: Mapped[list[list[Any]]] = mapped_column(JSONB)
    language: Mapped[str]
    # What is asked for (`ask.Asked`), and what the sheet about the file says.
    asked: Mapped[dict[str, Any]] = mapped_column(JSONB)
    about: Mapped[list[list[str]]] = mapped_column(JSONB)
    # The places that are read together, one element after the other: level, place, indicator.
    steps: Mapped[list[list[Any]]] = mapped_column(JSONB)
    done: Mapped[int] = mapped_column(server_default="0")
    figures: Mapped[int] = mapped_column(server_default="0")
    sheets: Mapped[int] = mapped_column(server_default="1")
    rows: Mapped[int] = mapped_column(server_default="0")  # of the last sheet
    state: Mapped[str] = mapped_column(server_default="running")
    problem: Mapped[str | None]
    asked_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class FigureFilePart(Base):
    """Rows of a sheet, as they lie in the workbook: deflated, one piece behind the other."""

    __tablename__ = "figure_file_parts"

    file_id: Mapped[int] = mapped_column(
        ForeignKey("figure_files.id", ondelete="cascade"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sheet: Mapped[int]
    content: Mapped[bytes]
    size: Mapped[int] = mapped_column(BigInteger)  # bytes of it before it was deflated
    crc: Mapped[int] = mapped_column(BigInteger)  # of the sheet up to the end of this piece
