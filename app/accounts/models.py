"""People, phones, machines, and what each may do where."""

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, UniqueConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

Instant = DateTime(timezone=True)


class User(Base):
    """A person who signs in to the pages."""

    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    username: Mapped[str] = mapped_column(unique=True)
    full_name: Mapped[str]
    password_hash: Mapped[str]
    language: Mapped[str] = mapped_column(server_default="vi")
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    disabled_at: Mapped[datetime | None] = mapped_column(Instant)


class UserSession(Base):
    """One sign-in of one person on one machine; revoking it ends it at once."""

    __tablename__ = "user_sessions"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class ApiToken(Base):
    """A machine's key to the API; it may do what the user it belongs to may do."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    expires_at: Mapped[datetime | None] = mapped_column(Instant)
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class AppUser(Base):
    """A surveyor's phone identity; its secrets are derived, so only a hash is kept here."""

    __tablename__ = "app_users"
    __table_args__ = (UniqueConstraint("project_id", "username"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    name: Mapped[str]
    username: Mapped[str]
    enumerator_code: Mapped[str]
    generation: Mapped[int] = mapped_column(server_default="1")
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    created_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class RoleGrant(Base):
    """A role held at a place by a person or a phone; it reaches everything below that place."""

    __tablename__ = "role_grants"
    __table_args__ = (
        CheckConstraint("(user_id is null) <> (app_user_id is null)", name="one_holder"),
        Index(None, "user_id"),
        Index(None, "app_user_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    app_user_id: Mapped[int | None] = mapped_column(ForeignKey("app_users.id"))
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    role: Mapped[str]
    org_unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), index=True)
    granted_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)


class SignInFailure(Base):
    """Attempts to sign in under a name, known or not, that have not yet led to a right password."""

    __tablename__ = "sign_in_failures"

    name: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Instant)
