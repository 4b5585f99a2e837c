"""Places and their levels, each true from a date to a date."""

from datetime import date

from sqlalchemy import ForeignKey, Index, String
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


class OrgUnitAncestor(Base):
    """A place lies within another (itself at distance 0) from a date to a date."""

    __tablename__ = "org_unit_ancestors"
    __table_args__ = (Index(None, "ancestor_id", "unit_id"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    ancestor_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    distance: Mapped[int]
