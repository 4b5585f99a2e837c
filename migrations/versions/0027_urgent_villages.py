"""Villages about which a person decided are summed up before the others."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    op.add_column(
        "stale_villages",
        sa.Column("urgency", sa.SmallInteger(), server_default="0", nullable=False),
    )
    op.create_index(
        "stale_villages_decided_idx",
        "stale_villages",
        ["id"],
        postgresql_where=sa.text("urgency = 2"),
    )


def downgrade() -> None:
    op.drop_index("stale_villages_decided_idx", "stale_villages")
    op.drop_column("stale_villages", "urgency")
