"""What phones' logs say, and what codes set phones to."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_table(
        "interview_logs",
        sa.Column("instance_pk", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("summary", JSONB(), nullable=False),
    )
    op.add_column(
        "projects", sa.Column("phone", JSONB(), server_default="{}", nullable=False)
    )


def downgrade() -> None:
    op.drop_column("projects", "phone")
    op.drop_table("interview_logs")
