"""Tables of official counts, and what differs from the survey."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.create_table(
        "count_tables",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=False),
        sa.Column("threshold", sa.Float(53), nullable=False),
        sa.Column("blob_sha256", sa.LargeBinary(), nullable=False),
        sa.Column(
            "taken_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("taken_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("count_tables_project_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["blobs.sha256"], name=op.f("count_tables_blob_sha256_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("count_tables_pkey")),
        sa.UniqueConstraint(
            "project_id", "code", "version", name=op.f("count_tables_project_id_code_version_key")
        ),
    )
    op.create_table(
        "official_counts",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("numerator", sa.Numeric(16, 3), nullable=False),
        sa.Column("denominator", sa.Numeric(16, 3), nullable=True),
        sa.ForeignKeyConstraint(
            ["table_id"], ["count_tables.id"], name=op.f("official_counts_table_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_units.id"], name=op.f("official_counts_unit_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("official_counts_pkey")),
        sa.UniqueConstraint(
            "table_id",
            "unit_id",
            "indicator",
            name=op.f("official_counts_table_id_unit_id_indicator_key"),
        ),
    )
    op.create_index(op.f("official_counts_unit_id_idx"), "official_counts", ["unit_id"])
    op.create_table(
        "count_tasks",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("count_id", sa.BigInteger(), nullable=False),
        sa.Column("survey", sa.Float(53), nullable=False),
        sa.Column("counted", sa.Float(53), nullable=False),
        sa.Column("difference", sa.Float(53), nullable=False),
        sa.Column(
            "opened_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("comment", sa.String(), server_default="", nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_by", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("count_tasks_round_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["count_id"], ["official_counts.id"], name=op.f("count_tasks_count_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("count_tasks_pkey")),
        sa.UniqueConstraint("round_id", "count_id", name=op.f("count_tasks_round_id_count_id_key")),
    )


def downgrade() -> None:
    for table in ("count_tasks", "official_counts", "count_tables"):
        op.drop_table(table)
