"""Communes' cards of scorecards, what is written into them, and evidence."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0023"
down_revision = "0022"

STATES = "'computed', 'reviewed', 'explained', 'submitted', 'appraised', 'returned'"


def upgrade() -> None:
    op.create_table(
        "commune_scores",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("scorecard_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), server_default="computed", nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("computed", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint(f"state in ({STATES})", name=op.f("commune_scores_state_check")),
        sa.ForeignKeyConstraint(
            ["scorecard_id"], ["scorecards.id"], name=op.f("commune_scores_scorecard_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("commune_scores_round_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_units.id"], name=op.f("commune_scores_unit_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("commune_scores_pkey")),
        sa.UniqueConstraint(
            "scorecard_id",
            "round_id",
            "unit_id",
            name=op.f("commune_scores_scorecard_id_round_id_unit_id_key"),
        ),
    )
    op.create_index(op.f("commune_scores_round_id_idx"), "commune_scores", ["round_id"])
    op.create_table(
        "criterion_entries",
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("reported", sa.String(), server_default="", nullable=False),
        sa.Column("own", sa.Numeric(12, 2), nullable=True),
        sa.Column("explanation", sa.String(), server_default="", nullable=False),
        sa.Column("appraised", sa.Numeric(12, 2), nullable=True),
        sa.Column("remark", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["card_id"], ["commune_scores.id"], name=op.f("criterion_entries_card_id_fkey")
        ),
        sa.PrimaryKeyConstraint("card_id", "criterion", name=op.f("criterion_entries_pkey")),
    )
    op.create_table(
        "evidence_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("blob_sha256", sa.LargeBinary(), nullable=False),
        sa.Column(
            "added_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["card_id"], ["commune_scores.id"], name=op.f("evidence_files_card_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["blobs.sha256"], name=op.f("evidence_files_blob_sha256_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("evidence_files_pkey")),
    )
    op.create_index(op.f("evidence_files_card_id_idx"), "evidence_files", ["card_id"])
    op.create_index(op.f("evidence_files_blob_sha256_idx"), "evidence_files", ["blob_sha256"])
    op.create_index(op.f("audit_events_subject_idx"), "audit_events", ["subject"])


def downgrade() -> None:
    op.drop_index(op.f("audit_events_subject_idx"), "audit_events")
    op.drop_table("evidence_files")
    op.drop_table("criterion_entries")
    op.drop_table("commune_scores")
