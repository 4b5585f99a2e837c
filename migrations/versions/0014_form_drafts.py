"""Drafts of forms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "form_drafts",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("xml_form_id", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.String(), nullable=False),
        sa.Column("definition", JSONB(), nullable=False),
        sa.Column("source_name", sa.String(), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("unit_id", sa.Integer(), sa.ForeignKey("org_units.id")),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.UniqueConstraint("project_id", "xml_form_id"),
    )
    op.create_table(
        "draft_media",
        sa.Column(
            "draft_id",
            sa.Integer(),
            sa.ForeignKey("form_drafts.id", ondelete="cascade"),
            primary_key=True,
        ),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("blob_sha256", sa.LargeBinary(), sa.ForeignKey("blobs.sha256")),
        sa.Column("md5", sa.String()),
        sa.Column("made_list", sa.String()),
    )
    op.create_table(
        "draft_submissions",
        sa.Column("id", sa.BigInteger(), sa.Identity(), primary_key=True),
        sa.Column(
            "draft_id",
            sa.Integer(),
            sa.ForeignKey("form_drafts.id", ondelete="cascade"),
            nullable=False,
        ),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.String()),
        sa.Column("received_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.UniqueConstraint("draft_id", "instance_id"),
    )
    op.create_table(
        "draft_files",
        sa.Column(
            "submission_id",
            sa.BigInteger(),
            sa.ForeignKey("draft_submissions.id", ondelete="cascade"),
            primary_key=True,
        ),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column(
            "blob_sha256", sa.LargeBinary(), sa.ForeignKey("blobs.sha256"), nullable=False
        ),
    )


def downgrade() -> None:
    for table in ("draft_files", "draft_submissions", "draft_media", "form_drafts"):
        op.drop_table(table)
