"""A revision of all that phones download, raised by whatever changes it."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

# Of these a phone's forms, their files and its lists are made; the registry of households, which
# changes all the time, has a count of its own (projects.lists_version).
TABLES = (
    "forms",
    "form_versions",
    "form_media",
    "rounds",
    "org_units",
    "org_unit_codes",
    "org_unit_names",
    "org_unit_ancestors",
)

# One bad hash or a form without an id would break the whole list on every phone.
CHECKS = (
    ("forms", "xml_form_id", r"xml_form_id ~ '\S'"),
    ("form_versions", "md5", "md5 ~ '^[0-9a-f]{32}$'"),
    ("form_media", "md5", "md5 ~ '^[0-9a-f]{32}$'"),
)


def upgrade() -> None:
    op.create_table(
        "downloads",
        sa.Column("one", sa.Boolean(), server_default="true", nullable=False),
        sa.Column("revision", sa.String(), nullable=False),
        sa.CheckConstraint("one", name=op.f("downloads_one_check")),
        sa.PrimaryKeyConstraint("one", name=op.f("downloads_pkey")),
    )
    # A transaction's number: another one each time, seen by others only with what it changed, and
    # written once in a transaction, however many rows that changes.
    op.execute("""
        create function raise_downloads() returns trigger language plpgsql as $$
        begin
            insert into downloads (revision) values (pg_current_xact_id()::text)
            on conflict (one) do update set revision = excluded.revision
                where downloads.revision <> excluded.revision;
            return null;
        end $$
    """)
    for table in TABLES:
        op.execute(
            f"create trigger raise_downloads after insert or update or delete on {table}"
            " for each statement execute function raise_downloads()"
        )
    for table, column, condition in CHECKS:
        op.create_check_constraint(op.f(f"{table}_{column}_check"), table, condition)


def downgrade() -> None:
    for table, column, _ in CHECKS:
        op.drop_constraint(op.f(f"{table}_{column}_check"), table)
    for table in TABLES:
        op.execute(f"drop trigger raise_downloads on {table}")
    op.execute("drop function raise_downloads()")
    op.drop_table("downloads")
