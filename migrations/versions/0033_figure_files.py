"""Workbooks of figures that workers make."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    op.create_table(
        "figure_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("grants", postgresql.JSONB(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("asked", postgresql.JSONB(), nullable=False),
        sa.Column("about", postgresql.JSONB(), nullable=False),
        sa.Column("steps", postgresql.JSONB(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("figures", sa.Integer(), server_default="0", nullable=False),
        sa.Column("sheets", sa.Integer(), server_default="1", nullable=False),
        sa.Column("rows", sa.Integer(), server_default="0", nullable=False),
        sa.Column("state", sa.String(), server_default="running", nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column(
            "asked_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('running', 'stopped', 'finished', 'failed')",
            name=op.f("figure_files_state_check"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["rounds.id"], name=op.f("figure_files_round_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("figure_files_pkey")),
    )
    op.create_index(
        "figure_files_owed", "figure_files", ["id"], postgresql_where=sa.text("state = 'running'")
    )
    op.create_index(op.f("figure_files_actor_idx"), "figure_files", ["actor"])
    op.create_table(
        "figure_file_parts",
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sheet", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("crc", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["file_id"],
            ["figure_files.id"],
            name=op.f("figure_file_parts_file_id_fkey"),
            ondelete="cascade",
        ),
        sa.PrimaryKeyConstraint("file_id", "position", name=op.f("figure_file_parts_pkey")),
    )


def downgrade() -> None:
    op.drop_table("figure_file_parts")
    op.drop_table("figure_files")
