"""Survey forms, their published versions, and the files that go with them."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, UniqueConstraint, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db import Base

# One bad hash or a form without an id would break the whole list on every phone.
MD5 = "md5 ~ '^[0-9a-f]{32}$'"


class Form(Base):
    """A questionnaire family, known on the wire by its `xml_form_id`."""

    __tablename__ = "forms"
    __table_args__ = (
        UniqueConstraint("project_id", "xml_form_id"),
        CheckConstraint("state in ('open', 'closing', 'closed')", name="state"),
        CheckConstraint(r"xml_form_id ~ '\S'", name="xml_form_id"),
        CheckConstraint(
            "kind in ('listing', 'household', 'person', 'village', 'other')", name="kind"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(ForeignKey("projects.id"))
    xml_form_id: Mapped[str]
    # What one interview is about, as the current version's settings say (`kind_of`).
    kind: Mapped[str] = mapped_column(server_default="other")
    # open: listed and accepting; closing: accepting only; closed: what arrives is parked.
    state: Mapped[str] = mapped_column(server_default="open")
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("form_versions.id", use_alter=True)
    )
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())

    current_version: Mapped["FormVersion | None"] = relationship(
        foreign_keys=[current_version_id], viewonly=True
    )


class FormPlace(Base):
    """A place that a form is for; a form without any is for all (`app.forms.assignment`)."""

    __tablename__ = "form_places"

    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"), primary_key=True)
    org_unit_id: Mapped[int] = mapped_column(ForeignKey("org_units.id"), primary_key=True)


class FormVersion(Base):
    """One published edition; its XML is served byte for byte, and kept for ever."""

    __tablename__ = "form_versions"
    __table_args__ = (UniqueConstraint("form_id", "version"), CheckConstraint(MD5, name="md5"))

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("forms.id"))
    version: Mapped[str]
    title: Mapped[str]
    xml: Mapped[bytes] = mapped_column(deferred=True)
    md5: Mapped[str]
    definition: Mapped[dict[str, Any]] = mapped_column(JSONB, deferred=True)
    workbook: Mapped[bytes | None] = mapped_column(deferred=True)
    workbook_name: Mapped[str | None]
    published_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.now()
    )

    form: Mapped[Form] = relationship(foreign_keys=[form_id], viewonly=True)
    media: Mapped[list["FormMedia"]] = relationship(order_by="FormMedia.name", viewonly=True)


class FormMedia(Base):
    """A file the form needs: uploaded with it, or a list the server makes for each surveyor."""

    __tablename__ = "form_media"
    __table_args__ = (
        CheckConstraint("(blob_sha256 is null) <> (made_list is null)", name="one_source"),
        CheckConstraint(MD5, name="md5"),
    )

    form_version_id: Mapped[int] = mapped_column(ForeignKey("form_versions.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    blob_sha256: Mapped[bytes | None] = mapped_column(ForeignKey("blobs.sha256"))
    md5: Mapped[str | None]
    # communes, villages or households, or an entity list: `entities:NAME`
    made_list: Mapped[str | None]
