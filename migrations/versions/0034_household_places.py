"""How often the households of a place have changed, so that only its own phones ask for them anew."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    op.create_table(
        "household_places",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.BigInteger(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("project_id", "unit_id", name=op.f("household_places_pkey")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("household_places_project_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_units.id"], name=op.f("household_places_unit_id_fkey")
        ),
        # Counted up with every batch of interviews, and never moved to another page for it.
        postgresql_with={"fillfactor": "50"},
    )


def downgrade() -> None:
    op.drop_table("household_places")
