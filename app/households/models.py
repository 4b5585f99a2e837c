"""The household registry: the frame of the survey, built from approved listings."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.clock import PROGRAMME_ZONE
from app.db import Base

TODAY = text(f"(now() at time zone '{PROGRAMME_ZONE.key}')::date")


class Household(Base):
    """A household known by its code (village and number), and to phones by its UUID.

    Triggers give it the UUID that its code had before (`HouseholdId`), and raise its version when
    what phones keep of it changes.
    """

    __tablename__ = "households"
    __table_args__ = (
        UniqueConstraint("project_id", "code"),
        UniqueConstraint("project_id", "uuid"),
        # Checked at the end of a statement, so that one statement may exchange numbers.
        UniqueConstraint("project_id", "village_id", "number", deferrable=True),
        # The frame of a village is counted from this index alone.
        Index(None, "village_id", "project_id", "since"),
        # The orders in which a place's households are listed (`order.ORDERS`).
        Index("households_there_by_id", "village_id", "id"),
        Index("households_there_by_code", "village_id", "code"),
        Index("households_there_by_size", "village_id", text("coalesce(size, -1) desc"), "code"),
        Index("households_there_by_change", "village_id", text("updated_at desc"), "code"),
        # Each interview writes its household once more: with room on its page no index needs to.
        {"postgresql_with": {"fillfactor": 70}},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    code: Mapped[str]
    uuid: Mapped[str] = mapped_column(server_default=text("gen_random_uuid()"))
    version: Mapped[int] = mapped_column(server_default="1")
    village_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"))
    number: Mapped[int | None]
    size: Mapped[int | None]
    n15: Mapped[int | None]
    n18: Mapped[int | None]
    poor: Mapped[str | None]
    # The listing interview that registered it, null for an import.
    listed_by: Mapped[int | None] = mapped_column(BigInteger)
    updated_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    # The day of its first listing; of an import or a move by hand the day on which that was done.
    since: Mapped[date] = mapped_column(server_default=TODAY)


class FormerHousehold(Base):
    """A household that was in a village from `since` up to, and without, `until`.

    A trigger on the registry writes it, whoever moves or removes a household.
    """

    __tablename__ = "former_households"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    village_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int | None]
    since: Mapped[date]
    until: Mapped[date]


class HouseholdId(Base):
    """A UUID by which phones know, or knew, a household; it goes with the code for good.

    `submission_id` is the listing that brought it from a phone while the registry never had it.
    """

    __tablename__ = "household_ids"
    __table_args__ = (Index(None, "project_id", "code"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    uuid: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
    submission_id: Mapped[int | None] = mapped_column(BigInteger)


class HouseholdPlace(Base):
    """How often the households of a place, or what phones keep of them, have changed."""

    __tablename__ = "household_places"
    __table_args__ = ({"postgresql_with": {"fillfactor": 50}},)

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger, server_default="1")


class HouseholdLabel(Base):
    """The name by which a surveyor finds the house: personal data, kept apart."""

    __tablename__ = "household_labels"
    # Households with one telephone may be one.
    __table_args__ = (Index(None, "phone", postgresql_where=text("phone is not null")),)

    household_id: Mapped[int] = mapped_column(
        ForeignKey("households.id", ondelete="CASCADE"), primary_key=True
    )
    label: Mapped[str | None]
    landmark: Mapped[str | None]
    # The label as it is searched and compared (`org_units.names.fold`).
    search_key: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str | None]
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]


class HouseholdChange(Base):
    """A change, by whatever: the household as it was and is. What is personal is in it.

    By hand (`move`, `merge`, `split`), by an `import`, by a `listing` that counts or does not any
    more, or because its `number` in the village was another's.
    """

    __tablename__ = "household_changes"
    __table_args__ = (
        CheckConstraint(
            "kind in ('import', 'move', 'merge', 'split', 'listing', 'number')", name="kind"
        ),
        Index(None, "project_id", "code"),
        Index(None, "project_id", "other"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    code: Mapped[str]
    kind: Mapped[str]
    # Into which it was merged, or from which it was split.
    other: Mapped[str | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    # Who it was, as in the audit trail; `submission:7` for a listing.
    changed_by: Mapped[str]
    changed_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class DistinctHouseholds(Base):
    """Two households that look like one and are two, as a person has decided."""

    __tablename__ = "distinct_households"

    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"), primary_key=True)
    one: Mapped[str] = mapped_column(primary_key=True)
    other: Mapped[str] = mapped_column(primary_key=True)
    decided_by: Mapped[str]
