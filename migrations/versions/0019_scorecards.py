"""Scorecards."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    op.create_table(
        "scorecards",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), nullable=False),
        sa.Column("in_force", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("published_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("scorecards_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("scorecards_pkey")),
        sa.UniqueConstraint(
            "project_id", "code", "version", name=op.f("scorecards_project_id_code_version_key")
        ),
    )
    op.create_index(
        "scorecards_in_force_key",
        "scorecards",
        ["project_id", "code"],
        unique=True,
        postgresql_where=sa.text("in_force"),
    )


def downgrade() -> None:
    op.drop_table("scorecards")
