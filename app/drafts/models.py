"""Drafts and what testers sent to them; no other table knows of any of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base

Instant = DateTime(timezone=True)


class FormDraft(Base):
    """A questionnaire that is compiled and checked, and not published; one for each form."""

    __tablename__ = "form_drafts"
    __table_args__ = (UniqueConstraint("project_id", "xml_form_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    xml_form_id: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(unique=True)
    version: Mapped[str]
    title: Mapped[str]
    xml: Mapped[bytes] = mapped_column(deferred=True)
    md5: Mapped[str]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    # What was handed in, so that exactly this is published.
    source_name: Mapped[str]
    source: Mapped[bytes] = mapped_column(deferred=True)
    # Where a tester works: the lists that phones get are made for it; none without.
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("org_units.id"))
    # As the audit trail names who made it.
    made_by: Mapped[str]
    made_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())

    media: Mapped[list["DraftMedia"]] = relationship(order_by="DraftMedia.name", viewonly=True)


class DraftMedia(Base):
    """A file of a draft, as `forms.models.FormMedia`."""

    __tablename__ = "draft_media"

    draft_id: Mapped[int] = mapped_column(
        ForeignKey("form_drafts.id", ondelete="cascade"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    blob_sha256: Mapped[bytes | None] = mapped_column(ForeignKey("blobs.sha256"))
    md5: Mapped[str | None]
    made_list: Mapped[str | None]


class DraftSubmission(Base):
    """A trial interview; it goes when the draft is replaced, published or discarded."""

    __tablename__ = "draft_submissions"
    __table_args__ = (UniqueConstraint("draft_id", "instance_id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("form_drafts.id", ondelete="cascade"))
    instance_id: Mapped[str]
    xml: Mapped[bytes] = mapped_column(deferred=True)
    device_id: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())

    files: Mapped[list["DraftFile"]] = relationship(order_by="DraftFile.name", viewonly=True)


class DraftFile(Base):
    """A file of a trial interview."""

    __tablename__ = "draft_files"

    submission_id: Mapped[int] = mapped_column(
        ForeignKey("draft_submissions.id", ondelete="cascade"), primary_key=True
    )
    name: Mapped[str] = mapped_column(primary_key=True)
    blob_sha256: Mapped[bytes] = mapped_column(ForeignKey("blobs.sha256"))
