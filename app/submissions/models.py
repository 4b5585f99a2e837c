"""What the field sent, kept as sent, and what was read out of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base

Instant = DateTime(timezone=True)


class Instance(Base):
    """One filled-in form as it came over the wire; never changed, an edit is another instance.

    The accepting statement takes its ids from the rows they name, which are never deleted, so
    foreign keys would only cost a lock on the same two rows in every submission.
    """

    __tablename__ = "instances"
    __table_args__ = (
        UniqueConstraint("form_id", "instance_id"),
        Index(
            "instances_one_successor",
            "form_id",
            "deprecated_id",
            unique=True,
            postgresql_where=text("deprecated_id is not null"),
        ),
        # What a phone sent, and when it last did.
        Index(None, "app_user_id", "id"),
        Index("instances_edits_of", "root_id", postgresql_where=text("root_id is not null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    # The first instance of the chain of edits; null on that first one.
    root_id: Mapped[int | None] = mapped_column(BigInteger)
    project_id: Mapped[int]
    form_id: Mapped[int]
    form_version_id: Mapped[int]
    app_user_id: Mapped[int | None]
    received_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    # The ids are those of the XML, but for an upload that a person filed in another place.
    instance_id: Mapped[str]
    deprecated_id: Mapped[str | None]
    device_id: Mapped[str | None]
    xml: Mapped[bytes] = mapped_column(deferred=True)
    # Set when the XML was purged, which is empty then: the hash of what it was.
    purged_sha256: Mapped[bytes | None]


class InboxItem(Base):
    """The ledger of what is owed: an instance that is accepted and not yet processed."""

    __tablename__ = "inbox"

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    last_error: Mapped[str | None]
    failed_at: Mapped[datetime | None] = mapped_column(Instant)
    # Not before; null: at once.
    retry_at: Mapped[datetime | None] = mapped_column(Instant)


class InstanceAttachment(Base):
    """A file of an instance: expected by its XML, received, or both."""

    __tablename__ = "instance_attachments"

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(primary_key=True)
    expected: Mapped[bool] = mapped_column(server_default=text("false"))
    blob_sha256: Mapped[bytes | None] = mapped_column(ForeignKey("blobs.sha256"))
    received_at: Mapped[datetime | None] = mapped_column(Instant)


class ParkedUpload(Base):
    """An upload that is whole and cannot be filed; a person or its original settles it."""

    __tablename__ = "parked_uploads"
    __table_args__ = (
        UniqueConstraint("project_id", "xml_sha256"),
        Index(
            "parked_uploads_waiting_edits",
            "project_id",
            "deprecated_id",
            postgresql_where=text("settled_at is null and deprecated_id is not null"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    project_id: Mapped[int]
    reason: Mapped[str]
    xml_sha256: Mapped[bytes]
    xml: Mapped[bytes] = mapped_column(deferred=True)
    xml_form_id: Mapped[str | None]
    version: Mapped[str | None]
    instance_id: Mapped[str | None]
    deprecated_id: Mapped[str | None]
    app_user_id: Mapped[int | None]
    device_id: Mapped[str | None]
    received_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    times: Mapped[int] = mapped_column(server_default="1")
    settled_at: Mapped[datetime | None] = mapped_column(Instant)
    settlement: Mapped[str | None]
    # The instance that it became, or that got its files; what the phone still sends belongs there.
    filed_pk: Mapped[int | None] = mapped_column(BigInteger)


class ParkedAttachment(Base):
    """A file that came with a parked upload."""

    __tablename__ = "parked_attachments"

    parked_id: Mapped[int] = mapped_column(ForeignKey("parked_uploads.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    blob_sha256: Mapped[bytes] = mapped_column(ForeignKey("blobs.sha256"))


class Changing:
    """What the feed of changes goes by; triggers write both."""

    # The transaction that changed the row last.
    changed_in: Mapped[int] = mapped_column(BigInteger, server_default="0")
    # Where it lay before, so that who read it there learns that it has gone.
    former_units: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))


class Submission(Changing, Base):
    """Our record of one interview: the chain of its instances and where its review stands.

    Its id is the id of the chain's first instance.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        CheckConstraint("state in ('received', 'edited', 'approved', 'rejected')", name="state"),
        Index(None, "unit_id", "state", "id"),
        Index(None, "changed_in", "id"),
        # The few among many: what waits, and what was rejected.
        Index("submissions_not_approved", "id", postgresql_where=text("state <> 'approved'")),
        # And what a check found doubtful, in all and of a place.
        Index("submissions_flagged", "id", postgresql_where=text("flagged")),
        Index("submissions_flagged_there", "unit_id", "id", postgresql_where=text("flagged")),
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    project_id: Mapped[int]
    form_id: Mapped[int]
    # Of the newest instance: its village, else its commune, else the project's province.
    unit_id: Mapped[int]
    current_pk: Mapped[int] = mapped_column(BigInteger)
    # The version that counts; it counts until an edit of it is decided.
    approved_pk: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(server_default="received")
    # Whether its newest version has flags.
    flagged: Mapped[bool] = mapped_column(server_default=text("false"))
    received_at: Mapped[datetime] = mapped_column(Instant)
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    # When a person chose it over another interview about the same subject.
    preferred_at: Mapped[datetime | None] = mapped_column(Instant)


def _counted(name: str, *, is_sum: bool) -> Table:
    return Table(
        name,
        Base.metadata,
        Column("project_id", Integer, primary_key=is_sum, autoincrement=False, nullable=False),
        Column("unit_id", Integer, primary_key=is_sum, autoincrement=False, nullable=False),
        Column("state", String, primary_key=is_sum, nullable=False),
        Column("n", Integer, nullable=False),
    )


# How many submissions there are: sums, and what triggers noted since (`submissions.counts`).
submission_counts = _counted("submission_counts", is_sum=True)
count_changes = _counted("submission_count_changes", is_sum=False)


class TrashedSubmission(Changing, Base):
    """A submission that lies in the trash: its row as it was, by whom and why."""

    __tablename__ = "trashed_submissions"
    __table_args__ = (Index(None, "changed_in", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    project_id: Mapped[int]
    form_id: Mapped[int]
    unit_id: Mapped[int]
    current_pk: Mapped[int] = mapped_column(BigInteger)
    row: Mapped[dict[str, Any]] = mapped_column(JSONB)
    trashed_at: Mapped[datetime] = mapped_column(Instant, server_default=func.now())
    actor: Mapped[str]
    reason: Mapped[str]


class Purge(Changing, Base):
    """The proof that an interview was removed for good; rows are only ever added."""

    __tablename__ = "purges"
    __table_args__ = (Index(None, "changed_in", "submission_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(BigInteger, index=True)
    project_id: Mapped[int]
    unit_id: Mapped[int | None]
    purged_at: Mapped[datetime] = mapped_column(Instant)
    actor: Mapped[str]
    reason: Mapped[str]
    legal_basis: Mapped[str | None]
    # Ids and hashes of the instances and their files; who threw it away, when and why.
    contents: Mapped[dict[str, Any]] = mapped_column(JSONB)
    proof: Mapped[bytes]
    files_gone: Mapped[bool] = mapped_column(server_default=text("false"))


class Interview(Base):
    """What was read out of one instance: where, when, about whom, and the typed answers."""

    __tablename__ = "interviews"
    __table_args__ = (
        CheckConstraint(
            "outcome in ('complete', 'refused', 'ineligible', 'unresolved', 'encrypted')",
            name="outcome",
        ),
        Index(None, "subject", "form_id", "round_id"),
    )

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    submission_id: Mapped[int] = mapped_column(BigInteger)
    form_id: Mapped[int]
    round_id: Mapped[int | None]
    village_id: Mapped[int | None]
    # Whom or what it is about: a household, a person of it, a village and quarter.
    subject: Mapped[str]
    household: Mapped[str | None]
    person_no: Mapped[int | None]
    interviewed_on: Mapped[date]
    # The disposition code of the visit ("1" complete); null where the form asks for none.
    visit_result: Mapped[str | None]
    outcome: Mapped[str]
    # The number of members aged 15 and over, on household forms.
    adults: Mapped[int | None]
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)


class InterviewRow(Base):
    """The typed answers of one row of a repeat."""

    __tablename__ = "interview_rows"

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    repeat: Mapped[str] = mapped_column(primary_key=True)
    # "2", or "2.1" for the first row inside the second.
    position: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)


class InterviewLog(Base):
    """What the phone's log of an instance says, without anything that was answered."""

    __tablename__ = "interview_logs"

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    # As `xforms.audit_log.Summary`.
    summary: Mapped[dict[str, Any]] = mapped_column(JSONB)


class PersonalAnswer(Base):
    """Answers tagged personal or sensitive, kept apart; only `submissions.personal` reads them."""

    __tablename__ = "personal_answers"

    instance_pk: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    answers: Mapped[dict[str, Any]] = mapped_column(JSONB)
