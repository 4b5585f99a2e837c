"""How far interviews are evaluated again with new indicators."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "evaluations",
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), server_default="running", nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("last_pk", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("until_pk", sa.BigInteger(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("cpu_seconds", sa.Float(precision=53), server_default="0", nullable=False),
        sa.Column("started_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.Column("changed_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "state in ('running', 'stopped', 'finished')", name=op.f("evaluations_state_check")
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("evaluations_form_id_fkey")),
        sa.PrimaryKeyConstraint("form_id", name=op.f("evaluations_pkey")),
    )


def downgrade() -> None:
    op.drop_table("evaluations")
