"""An index of the few interviews that are not approved, to find what waits among many."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.create_index(
        "submissions_not_approved",
        "submissions",
        ["id"],
        postgresql_where=sa.text("state <> 'approved'"),
    )


def downgrade() -> None:
    op.drop_index("submissions_not_approved", "submissions")
