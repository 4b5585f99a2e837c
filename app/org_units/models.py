"""Places and their levels, each true from a date to a date."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base


class OrgUnitLevel(Base):
    """A rung of the ladder of places; ladders change (three tiers until 30 June 2025, then two)."""

    __tablename__ = "org_unit_levels"

    code: Mapped[str] = mapped_column(primary_key=True)
    rank: Mapped[int]
    name_vi: Mapped[str]
    name_en: Mapped[str]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class OrgUnit(Base):
    """A place with an identity of its own; its official codes come and go (`OrgUnitCode`)."""

    __tablename__ = "org_units"
    __table_args__ = (Index(None, "level", "search_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    public_id: Mapped[str | None] = mapped_column(unique=True)
    level: Mapped[str] = mapped_column(ForeignKey("org_unit_levels.code"))
    type: Mapped[str]
    name: Mapped[str]
    search_key: Mapped[str] = mapped_column(String(collation="C"))
    sort_key: Mapped[str] = mapped_column(String(collation="C"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    longitude: Mapped[float | None]
    latitude: Mapped[float | None]


class OrgUnitCode(Base):
    """An official code of a place; the same digits may mean another place at another time."""

    __tablename__ = "org_unit_codes"

    org_unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True, index=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]


class OrgUnitParent(Base):
    """What a place lies in right above, while it is."""

    __tablename__ = "org_unit_parents"

    unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    parent_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), index=True)


class OrgUnitAncestor(Base):
    """The ground of a place lies within another (itself at distance 0) from a date to a date.

    Worked out from parents and successions (`ground.py`): also before a place began and after it
    ended, so that what was counted there is found within the places of any other day. Only
    `closure.py` writes here, out of rows whose places are checked; checking each of the 65,000 once
    more would take longer than all the rest of loading the country.
    """

    __tablename__ = "org_unit_ancestors"
    __table_args__ = (Index(None, "ancestor_id", "unit_id"),)

    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ancestor_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    distance: Mapped[int]


class OrgUnitName(Base):
    """Another name of a place: a former one with its dates, or an alias without."""

    __tablename__ = "org_unit_names"
    __table_args__ = (Index(None, "search_key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), index=True)
    type: Mapped[str]
    name: Mapped[str]
    search_key: Mapped[str] = mapped_column(String(collation="C"))
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class OrgUnitEvent(Base):
    """A decision that changed places; `detail` holds what it takes to undo it."""

    __tablename__ = "org_unit_events"
    __table_args__ = (
        CheckConstraint(
            "kind in ('reform', 'merge', 'split', 'rename', 'retype', 'move')", name="kind"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    on_date: Mapped[date]  # the first day of the new state
    legal_ref: Mapped[str]
    recorded_by: Mapped[str]  # as in the audit: "user:3", "operator"
    recorded_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")


class OrgUnitSuccession(Base):
    """Ground that went from one place to another: all of the former's, or a part of it."""

    __tablename__ = "org_unit_successions"
    __table_args__ = (CheckConstraint("extent in ('whole', 'part')", name="extent"),)

    predecessor_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    successor_id: Mapped[int] = mapped_column(
        ForeignKey("org_units.id"), primary_key=True, index=True
    )
    on_date: Mapped[date]
    extent: Mapped[str]
    event_id: Mapped[int] = mapped_column(ForeignKey("org_unit_events.id"), index=True)
