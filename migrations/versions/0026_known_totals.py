"""Known totals of the population, and figures fitted to them in a release."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0026"
down_revision = "0025"

FLOAT = sa.Float(precision=53)


def upgrade() -> None:
    op.create_table(
        "known_totals",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("indicator", sa.String(), nullable=False),
        sa.Column("margin", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("n", FLOAT, nullable=False),
        sa.ForeignKeyConstraint(
            ["round_id"], ["rounds.id"], name=op.f("known_totals_round_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "round_id", "indicator", "margin", "level", name=op.f("known_totals_pkey")
        ),
    )
    op.create_table(
        "calibrated_figures",
        sa.Column("release_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("domain_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("numerator", FLOAT, nullable=False),
        sa.Column("denominator", FLOAT, nullable=False),
        sa.Column("value", FLOAT, nullable=False),
        sa.Column("se", FLOAT, nullable=True),
        sa.Column("df", sa.Integer(), nullable=True),
        sa.Column("deff", FLOAT, nullable=True),
        sa.Column("low", FLOAT, nullable=True),
        sa.Column("high", FLOAT, nullable=True),
        sa.Column("ci_method", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("calibrated_figures_release_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "release_id", "unit_id", "domain_id", name=op.f("calibrated_figures_pkey")
        ),
    )
    op.add_column(
        "releases",
        sa.Column("totals", postgresql.JSONB(), server_default="[]", nullable=False),
    )


def downgrade() -> None:
    op.drop_column("releases", "totals")
    op.drop_table("calibrated_figures")
    op.drop_table("known_totals")
