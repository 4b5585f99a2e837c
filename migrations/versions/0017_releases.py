"""Figures that were given out, and what they withhold."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"

OPEN_END = 2**31 - 1
VERSIONED = {
    "bases": "round_id, village_id, stratum, form_id, since",
    "sums": "round_id, village_id, stratum, cell, domain_id, since",
}


def upgrade() -> None:
    op.create_table(
        "releases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("rule", postgresql.JSONB(), nullable=False),
        sa.Column("indicators", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("changes", postgresql.JSONB(), nullable=False),
        sa.Column(
            "released_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("released_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("releases_round_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("releases_pkey")),
        sa.UniqueConstraint("round_id", "version", name=op.f("releases_round_id_version_key")),
    )
    op.create_table(
        "hidden_figures",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("hidden_figures_release_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "release_id", "unit_id", "domain_id", name=op.f("hidden_figures_pkey")
        ),
    )
    op.create_table(
        "disclosure_rules",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("rule", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("disclosure_rules_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("disclosure_rules_pkey")),
    )
    for what, key in VERSIONED.items():
        op.execute(f"create table released_{what} (like village_{what} including defaults)")
        op.add_column(f"released_{what}", sa.Column("since", sa.Integer(), nullable=False))
        op.add_column(
            f"released_{what}",
            sa.Column("until", sa.Integer(), server_default=str(OPEN_END), nullable=False),
        )
        op.create_primary_key(op.f(f"released_{what}_pkey"), f"released_{what}", key.split(", "))
    op.add_column(
        "released_bases",
        sa.Column("instances", postgresql.ARRAY(sa.BigInteger()), nullable=False),
    )


def downgrade() -> None:
    for table in (
        "released_sums",
        "released_bases",
        "disclosure_rules",
        "hidden_figures",
        "releases",
    ):
        op.drop_table(table)
