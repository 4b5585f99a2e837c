"""Forms that are for some places only."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.create_table(
        "form_places",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("org_unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("form_places_form_id_fkey")),
        sa.ForeignKeyConstraint(
            ["org_unit_id"], ["org_units.id"], name=op.f("form_places_org_unit_id_fkey")
        ),
        sa.PrimaryKeyConstraint("form_id", "org_unit_id", name=op.f("form_places_pkey")),
    )
    op.execute(
        "create trigger raise_downloads after insert or update or delete on form_places"
        " for each statement execute function raise_downloads()"
    )


def downgrade() -> None:
    op.drop_table("form_places")
