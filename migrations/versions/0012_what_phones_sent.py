"""Find what a phone sent, and when it last did."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_index(op.f("instances_app_user_id_id_idx"), "instances", ["app_user_id", "id"])


def downgrade() -> None:
    op.drop_index(op.f("instances_app_user_id_id_idx"), table_name="instances")
