"""Projects: one survey programme of one province each."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Project(Base):
    """A survey programme; everything the field sends belongs to one."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="vi")
    org_unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_units.id"))
    # What codes set phones to, as `accounts.phone_settings.PhoneOptions`; blank: the standard.
    phone: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    # Raised whenever a list that phones download may have changed.
    lists_version: Mapped[int] = mapped_column(server_default="1")
    # Raised by a trigger when a round is made or changed.
    rounds_version: Mapped[int] = mapped_column(server_default="0")


class Downloads(Base):
    """One row: a number that is another after each change of what phones download (ADR 10).

    Triggers of the database raise it, so that no way of changing a form, a place or a round can
    forget to; the registry of households has its own count, `Project.lists_version`.
    """

    __tablename__ = "downloads"
    __table_args__ = (CheckConstraint("one", name="one"),)

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    revision: Mapped[str]
