"""Encrypted interviews have an outcome of their own."""

from alembic import op

revision = "0007"
down_revision = "0006"

NAME = "interviews_outcome_check"
OUTCOMES = "outcome in ('complete', 'refused', 'ineligible', 'unresolved'"


def upgrade() -> None:
    op.drop_constraint(op.f(NAME), "interviews")
    op.create_check_constraint(op.f(NAME), "interviews", f"{OUTCOMES}, 'encrypted')")
    op.execute(
        "update interviews set outcome = 'encrypted'"
        " where instance_pk in (select instance_pk from flags where code = 'encrypted')"
    )


def downgrade() -> None:
    op.execute("update interviews set outcome = 'unresolved' where outcome = 'encrypted'")
    op.drop_constraint(op.f(NAME), "interviews")
    op.create_check_constraint(op.f(NAME), "interviews", f"{OUTCOMES})")
