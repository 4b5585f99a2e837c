"""Sums of squares are centred: every village is summed up anew."""

from alembic import op

revision = "0004"
down_revision = "0003"

SUM_UP_AGAIN = (
    "delete from village_sums",
    "insert into stale_villages (round_id, village_id)"
    " select distinct round_id, village_id from village_bases",
)


def upgrade() -> None:
    for statement in SUM_UP_AGAIN:
        op.execute(statement)


def downgrade() -> None:
    for statement in SUM_UP_AGAIN:
        op.execute(statement)
