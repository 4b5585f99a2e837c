"""Releases are frozen by workers, as their first step, and say why they were stopped."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    op.add_column("releases", sa.Column("details", JSONB(), server_default="{}", nullable=False))
    op.execute("update releases set done = done + 1, total = total + 1 where state <> 'out'")


def downgrade() -> None:
    # One that is not frozen holds nothing that could be gone on with.
    op.execute("delete from releases where state <> 'out' and done = 0")
    op.execute("update releases set done = done - 1, total = total - 1 where state <> 'out'")
    op.drop_column("releases", "details")
