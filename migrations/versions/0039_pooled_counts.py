"""Counts in which what a release withholds has one weight, beside what it withholds."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"

COUNTS = ("numerator", "denominator")


def upgrade() -> None:
    for name in COUNTS:
        op.add_column("hidden_figures", sa.Column(name, sa.Float(53)))


def downgrade() -> None:
    op.execute("delete from hidden_figures where reason = 'pooled'")
    for name in COUNTS:
        op.drop_column("hidden_figures", name)
