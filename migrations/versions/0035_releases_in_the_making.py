"""Releases that are being made, and how far they are."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    columns = (
        sa.Column("state", sa.String(), server_default="out", nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String(), nullable=True),
    )
    for column in columns:
        op.add_column("releases", column)
    op.create_check_constraint(
        op.f("releases_state_check"), "releases", "state in ('making', 'stopped', 'out')"
    )


def downgrade() -> None:
    # What nobody has read yet was not given out.
    for name in ("bases", "sums"):
        op.execute(
            f"delete from released_{name} b using releases r"  # noqa: S608 - our own names
            " where r.round_id = b.round_id and r.version = b.since and r.state <> 'out'"
        )
        op.execute(
            f"update released_{name} b set until = 2147483647 from releases r"  # noqa: S608
            " where r.round_id = b.round_id and r.version = b.until and r.state <> 'out'"
        )
    for name in ("hidden_figures", "calibrated_figures"):
        op.execute(
            f"delete from {name} f using releases r"  # noqa: S608 - our own names
            " where r.id = f.release_id and r.state <> 'out'"
        )
    op.execute("delete from releases where state <> 'out'")
    op.drop_constraint(op.f("releases_state_check"), "releases")
    for name in ("state", "done", "total", "problem"):
        op.drop_column("releases", name)
