"""Waits between attempts to process an interview, and when the last one failed."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("inbox", sa.Column("failed_at", sa.DateTime(timezone=True)))
    op.add_column("inbox", sa.Column("retry_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("inbox", "retry_at")
    op.drop_column("inbox", "failed_at")
