"""Files are known by one hash; the other, which few ask for, is worked out for them."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    op.drop_column("blobs", "md5")


def downgrade() -> None:
    op.add_column("blobs", sa.Column("md5", sa.String(), server_default="", nullable=False))
