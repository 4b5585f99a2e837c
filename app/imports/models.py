"""Imports by hand, and what became of each folder in them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

Instant = DateTime(timezone=True)


class Import(Base):
    """Somebody brings a folder or a zip; where a zip is kept, workers go through it."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("state in ('running', 'stopped', 'finished', 'failed')", name="state"),
        Index("imports_owed", "id", postgresql_where=text("state = 'running'")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    # As the audit trail names who brought it; the name for people who read the page.
    actor: Mapped[str]
    brought_by: Mapped[str]
    name: Mapped[str]
    # Whose phone it was, where an interview does not say so itself.
    app_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_users.id"))
    # The zip's bytes among the stored files; gone when it is finished. Null for the command line.
    zip_sha256: Mapped[bytes | None]
    state: Mapped[str] = mapped_column(server_default="running")
    total: Mapped[int | None]
    done: Mapped[int] = mapped_column(server_default="0")
    problem: Mapped[str | None]
    started_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    finished_at: Mapped[datetime | None] = mapped_column(Instant)


class ImportItem(Base):
    """What became of one folder (or of something that is no interview)."""

    __tablename__ = "import_items"

    import_id: Mapped[int] = mapped_column(ForeignKey("imports.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    path: Mapped[str]
    # new, edit, repeat, parked or skipped
    outcome: Mapped[str]
    # Why it was parked or skipped.
    reason: Mapped[str | None]
    instance_id: Mapped[str | None]
