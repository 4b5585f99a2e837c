"""Imports by hand."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("project_id", sa.Integer(), sa.ForeignKey("projects.id"), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("brought_by", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("app_user_id", sa.Integer(), sa.ForeignKey("app_users.id")),
        sa.Column("zip_sha256", sa.LargeBinary()),
        sa.Column("state", sa.String(), server_default="running", nullable=False),
        sa.Column("total", sa.Integer()),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("problem", sa.String()),
        sa.Column("started_at", instant, server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", instant),
        sa.CheckConstraint(
            "state in ('running', 'stopped', 'finished', 'failed')", name="imports_state_check"
        ),
    )
    op.create_index(
        "imports_owed", "imports", ["id"], postgresql_where=sa.text("state = 'running'")
    )
    op.create_table(
        "import_items",
        sa.Column("import_id", sa.Integer(), sa.ForeignKey("imports.id"), primary_key=True),
        sa.Column("position", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("path", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("instance_id", sa.String()),
    )


def downgrade() -> None:
    op.drop_table("import_items")
    op.drop_table("imports")
