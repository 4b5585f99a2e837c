"""Projects: one survey programme of one province each."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class Project(Base):
    """A survey programme; everything the field sends belongs to one."""

    __tablename__ = "projects"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="vi")
    org_unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_units.id"))
    # Raised whenever a list that phones download may have changed.
    lists_version: Mapped[int] = mapped_column(server_default="1")
