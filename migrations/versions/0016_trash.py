"""The trash, and the proofs of what was purged from it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.add_column("instances", sa.Column("purged_sha256", sa.LargeBinary()))
    op.create_table(
        "trashed_submissions",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("current_pk", sa.BigInteger(), nullable=False),
        sa.Column("row", JSONB(), nullable=False),
        sa.Column("trashed_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
    )
    op.create_table(
        "purges",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("purged_at", instant, nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("legal_basis", sa.String()),
        sa.Column("contents", JSONB(), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("files_gone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("purges")
    op.drop_table("trashed_submissions")
    op.drop_column("instances", "purged_sha256")
