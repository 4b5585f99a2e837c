"""Places change: parents, other names, events and successions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "org_unit_parents",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["org_units.id"], name=op.f("org_unit_parents_parent_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_units.id"], name=op.f("org_unit_parents_unit_id_fkey")
        ),
        sa.PrimaryKeyConstraint("unit_id", "valid_from", name=op.f("org_unit_parents_pkey")),
    )
    op.create_index(op.f("org_unit_parents_parent_id_idx"), "org_unit_parents", ["parent_id"])
    op.create_table(
        "org_unit_names",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_units.id"], name=op.f("org_unit_names_unit_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("org_unit_names_pkey")),
    )
    op.create_index(op.f("org_unit_names_search_key_idx"), "org_unit_names", ["search_key"])
    op.create_index(op.f("org_unit_names_unit_id_idx"), "org_unit_names", ["unit_id"])
    op.create_table(
        "org_unit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("legal_ref", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.String(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.CheckConstraint(
            "kind in ('reform', 'merge', 'split', 'rename', 'retype', 'move')",
            name=op.f("org_unit_events_kind_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("org_unit_events_pkey")),
    )
    op.create_table(
        "org_unit_successions",
        sa.Column("predecessor_id", sa.Integer(), nullable=False),
        sa.Column("successor_id", sa.Integer(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("extent", sa.String(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "extent in ('whole', 'part')", name=op.f("org_unit_successions_extent_check")
        ),
        sa.ForeignKeyConstraint(
            ["event_id"], ["org_unit_events.id"], name=op.f("org_unit_successions_event_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["predecessor_id"],
            ["org_units.id"],
            name=op.f("org_unit_successions_predecessor_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["successor_id"], ["org_units.id"], name=op.f("org_unit_successions_successor_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "predecessor_id", "successor_id", name=op.f("org_unit_successions_pkey")
        ),
    )
    for column in ("event_id", "successor_id"):
        name = op.f(f"org_unit_successions_{column}_idx")
        op.create_index(name, "org_unit_successions", [column])
    for column in ("unit_id", "ancestor_id"):
        name = op.f(f"org_unit_ancestors_{column}_fkey")
        op.drop_constraint(name, "org_unit_ancestors", type_="foreignkey")
    # So far the closure held nothing else; a place's ground before and after follows at loading.
    op.execute(
        "insert into org_unit_parents (unit_id, valid_from, valid_to, parent_id)"
        " select unit_id, valid_from, valid_to, ancestor_id"
        " from org_unit_ancestors where distance = 1"
    )


def downgrade() -> None:
    # Villages that merged away go out of sight again, but nothing of theirs is lost.
    op.execute(
        "delete from org_unit_ancestors a using org_units u where u.id = a.unit_id and"
        " (a.valid_from < u.valid_from or u.valid_to < coalesce(a.valid_to, 'infinity'))"
    )
    for column in ("unit_id", "ancestor_id"):
        name = op.f(f"org_unit_ancestors_{column}_fkey")
        op.create_foreign_key(name, "org_unit_ancestors", "org_units", [column], ["id"])
    for table in ("org_unit_successions", "org_unit_events", "org_unit_names", "org_unit_parents"):
        op.drop_table(table)
