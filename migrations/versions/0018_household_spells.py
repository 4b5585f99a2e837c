"""Since when a household is in the registry, and where it was before."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

TODAY = "(now() at time zone 'Asia/Ho_Chi_Minh')::date"

# A household that comes back to where it was has never been away: it was a mistake, and is undone.
KEEP = f"""
create function keep_household_spell() returns trigger language plpgsql as $$
declare
    was date;
begin
    if TG_OP = 'UPDATE' and old.village_id = new.village_id then
        return null;
    end if;
    if TG_OP <> 'INSERT' and old.since < {TODAY} then
        insert into former_households (project_id, code, village_id, number, since, until)
        values (old.project_id, old.code, old.village_id, old.number, old.since, {TODAY});
    end if;
    if TG_OP <> 'DELETE' then
        delete from former_households f
        where (f.project_id, f.code, f.village_id) = (new.project_id, new.code, new.village_id)
        returning f.since into was;
        if was is not null then
            update households set since = least(was, since) where id = new.id;
        elsif TG_OP = 'UPDATE' then
            update households set since = {TODAY} where id = new.id;
        end if;
    end if;
    return null;
end $$
"""


def upgrade() -> None:
    op.create_table(
        "former_households",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("former_households_project_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["org_units.id"], name=op.f("former_households_village_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "project_id", "village_id", "code", name=op.f("former_households_pkey")
        ),
    )
    op.add_column(
        "households",
        sa.Column("since", sa.Date(), server_default=sa.text(TODAY), nullable=False),
    )
    op.execute(
        "update households h set since = coalesce((select i.interviewed_on from submissions s"
        " join interviews i on i.instance_pk = s.approved_pk where s.id = h.listed_by),"
        f" {TODAY.replace('now()', 'h.updated_at')})"
    )
    op.drop_index(op.f("households_village_id_project_id_idx"), "households")
    op.create_index(
        op.f("households_village_id_project_id_since_idx"),
        "households",
        ["village_id", "project_id", "since"],
    )
    op.execute(KEEP)
    op.execute(
        "create trigger keep_household_spell"
        " after insert or delete or update of village_id on households"
        " for each row execute function keep_household_spell()"
    )


def downgrade() -> None:
    op.execute("drop trigger keep_household_spell on households")
    op.execute("drop function keep_household_spell()")
    op.drop_index(op.f("households_village_id_project_id_since_idx"), "households")
    op.create_index(
        op.f("households_village_id_project_id_idx"), "households", ["village_id", "project_id"]
    )
    op.drop_column("households", "since")
    op.drop_table("former_households")
