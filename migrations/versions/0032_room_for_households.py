"""Room on the pages of households, so that an interview changes the row and none of its indexes."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("alter table households set (fillfactor = 70)")


def downgrade() -> None:
    op.execute("alter table households reset (fillfactor)")
