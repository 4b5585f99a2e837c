"""How many interviews there are of each place and state, kept by what changes them."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"

# Each statement adds what it changed; nobody waits for anybody's row. A worker adds these up.
COUNT = """
create function count_submissions() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        insert into submission_count_changes (project_id, unit_id, state, n)
        select project_id, unit_id, state, count(*) from now_there group by 1, 2, 3;
    elsif tg_op = 'DELETE' then
        insert into submission_count_changes (project_id, unit_id, state, n)
        select project_id, unit_id, state, -count(*) from was_there group by 1, 2, 3;
    else
        insert into submission_count_changes (project_id, unit_id, state, n)
        select project_id, unit_id, state, sum(n)
        from (select project_id, unit_id, state, 1 as n from now_there
              union all select project_id, unit_id, state, -1 from was_there) both_
        group by 1, 2, 3 having sum(n) <> 0;
    end if;
    return null;
end $$
"""
SEEN = {
    "insert": "new table as now_there",
    "update": "old table as was_there new table as now_there",
    "delete": "old table as was_there",
}
COUNT_ALL = """
insert into submission_counts (project_id, unit_id, state, n)
select project_id, unit_id, state, count(*) from submissions group by 1, 2, 3
"""


def upgrade() -> None:
    op.create_table(
        "submission_counts",
        *_columns(),
        sa.PrimaryKeyConstraint(
            "project_id", "unit_id", "state", name=op.f("submission_counts_pkey")
        ),
    )
    op.create_table("submission_count_changes", *_columns())
    op.execute(COUNT)
    op.execute(COUNT_ALL)
    for what, seen in SEEN.items():
        op.execute(
            f"create trigger count_{what} after {what} on submissions referencing {seen}"
            " for each statement execute function count_submissions()"
        )


def _columns() -> list[sa.Column[int] | sa.Column[str]]:
    return [
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
    ]


def downgrade() -> None:
    for what in SEEN:
        op.execute(f"drop trigger count_{what} on submissions")
    op.execute("drop function count_submissions()")
    op.drop_table("submission_count_changes")
    op.drop_table("submission_counts")
