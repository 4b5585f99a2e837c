"""Entity lists, their entities with every version, and what interviews asked for."""

from datetime import datetime
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

from app.db import Base

Instant = DateTime(timezone=True)


class EntityList(Base):
    """A list of a project's entities, shared by its forms; "dataset" on the wire."""

    __tablename__ = "entity_lists"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str]
    # Whether interviews change it only once they are approved.
    needs_approval: Mapped[bool] = mapped_column(server_default=text("false"))
    # Raised when its columns change; `entity_places` has what concerns its rows.
    revision: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class EntityProperty(Base):
    """A property that some form saves to a list; none is ever taken away."""

    __tablename__ = "entity_properties"
    __table_args__ = (UniqueConstraint("list_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("entity_lists.id"))
    name: Mapped[str]
    # A form marks the question as personal: shown to those who may read personal answers.
    is_personal: Mapped[bool] = mapped_column(server_default=text("false"))


class Entity(Base):
    """One thing of a list as it is now."""

    __tablename__ = "entities"
    __table_args__ = (
        UniqueConstraint("list_id", "uuid"),
        CheckConstraint("conflict in ('soft', 'hard')", name="conflict"),
        Index(None, "list_id", "unit_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    list_id: Mapped[int] = mapped_column(ForeignKey("entity_lists.id"))
    uuid: Mapped[str]
    label: Mapped[str]
    data: Mapped[dict[str, str]] = mapped_column(JSONB)
    version: Mapped[int]
    # Until somebody has looked: `hard` when the same property was changed from one version twice.
    conflict: Mapped[str | None]
    # The place that the newest interview about it named; null: all of the project sees it.
    unit_id: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    deleted_at: Mapped[datetime | None] = mapped_column(Instant)


class EntityVersion(Base):
    """What an entity was from one change to the next, and who or what changed it."""

    __tablename__ = "entity_versions"

    entity_id: Mapped[int] = mapped_column(
        ForeignKey("entities.id"), primary_key=True, autoincrement=False
    )
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    label: Mapped[str]
    data: Mapped[dict[str, str]] = mapped_column(JSONB)
    # The version it was made from; null for the first and for what knew of none.
    base: Mapped[int | None]
    branch: Mapped[str | None]
    branch_base: Mapped[int | None]
    trunk: Mapped[int | None]
    conflict: Mapped[str | None]
    clashes: Mapped[list[str]] = mapped_column(JSONB, server_default="[]")
    # Applied by a person although what it follows has not come.
    forced: Mapped[bool] = mapped_column(server_default=text("false"))
    instance_pk: Mapped[int | None] = mapped_column(BigInteger)
    submission_id: Mapped[int | None] = mapped_column(BigInteger)
    actor: Mapped[str | None]
    reason: Mapped[str | None]
    at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class EntityActionRow(Base):
    """What one block of an interview asked for, and what became of it; read twice, it stays one."""

    __tablename__ = "entity_actions"
    __table_args__ = (
        CheckConstraint(
            "state in ('new', 'applied', 'held', 'waiting', 'failed', 'ignored')", name="state"
        ),
        Index(None, "submission_id"),
        Index(
            "entity_actions_open",
            "list_id",
            "uuid",
            postgresql_where=text("state in ('new', 'held')"),
        ),
    )

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[str] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger)
    list_id: Mapped[int | None]
    uuid: Mapped[str]
    action: Mapped[dict[str, Any]] = mapped_column(JSONB)
    unit_id: Mapped[int | None]
    state: Mapped[str]
    problem: Mapped[str | None]
    # The version of the entity that it became.
    version: Mapped[int | None]
    at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())


class EntityPlace(Base):
    """How often the entities of a list in one place (0: in none) have changed.

    What phones compare is made of these numbers, so that asking costs no look at the entities.
    """

    __tablename__ = "entity_places"

    list_id: Mapped[int] = mapped_column(
        ForeignKey("entity_lists.id"), primary_key=True, autoincrement=False
    )
    unit_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int] = mapped_column(BigInteger)
