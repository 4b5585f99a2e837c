"""In which transaction an interview last changed, and the places it lay in before."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY

revision = "0028"
down_revision = "0027"

# The number that PostgreSQL gives to the transaction, of 64 bits, so that it never begins again.
NOTE_CHANGE = """
create function note_change() returns trigger language plpgsql as $$
begin
    new.changed_in := pg_current_xact_id()::text::bigint;
    return new;
end $$
"""
NOTE_MOVE = """
create function note_move() returns trigger language plpgsql as $$
begin
    new.former_units := array_append(array_remove(old.former_units, old.unit_id), old.unit_id);
    return new;
end $$
"""
TABLES = ("submissions", "trashed_submissions", "purges")


def upgrade() -> None:
    for function in (NOTE_CHANGE, NOTE_MOVE):
        op.execute(function)
    op.add_column("purges", sa.Column("unit_id", sa.Integer()))
    for table in TABLES:
        op.add_column(
            table, sa.Column("changed_in", sa.BigInteger(), server_default="0", nullable=False)
        )
        op.add_column(table, sa.Column("former_units", ARRAY(sa.Integer())))
        op.execute(
            f"create trigger note_change before insert or update on {table}"
            " for each row execute function note_change()"
        )
    op.execute(
        "create trigger note_move before update on submissions"
        " for each row when (old.unit_id <> new.unit_id) execute function note_move()"
    )
    for table, id_ in zip(TABLES, ("id", "id", "submission_id"), strict=True):
        op.create_index(op.f(f"{table}_changed_in_{id_}_idx"), table, ["changed_in", id_])
    op.create_index(op.f("purges_submission_id_idx"), "purges", ["submission_id"])


def downgrade() -> None:
    op.drop_index(op.f("purges_submission_id_idx"), "purges")
    op.execute("drop trigger note_move on submissions")
    for table, id_ in zip(TABLES, ("id", "id", "submission_id"), strict=True):
        op.drop_index(op.f(f"{table}_changed_in_{id_}_idx"), table)
        op.execute(f"drop trigger note_change on {table}")
        op.drop_column(table, "former_units")
        op.drop_column(table, "changed_in")
    op.drop_column("purges", "unit_id")
    op.execute("drop function note_move()")
    op.execute("drop function note_change()")
