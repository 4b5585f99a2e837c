"""Households get an identity for phones and a number that no other household of the village has."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

# Of households with the same number in a village, the first registered keeps it. The others get the
# next free ones, with a change that shows in their history what they had.
NUMBER_AGAIN = """
with numbered as (
    select id, project_id, code, village_id, number,
           row_number() over (partition by project_id, village_id, number order by id) as nth,
           max(number) over (partition by project_id, village_id) as last
    from households where number is not null
), changed as (
    select id, last + row_number() over (partition by project_id, village_id order by number, id)
               as number
    from numbered where nth > 1
), noted as (
    insert into household_changes (project_id, code, kind, before, after, changed_by)
    select h.project_id, h.code, 'number', jsonb_build_object('household', said.old, 'personal', p.known),
           jsonb_build_object('household', said.old || jsonb_build_object('number', c.number),
                              'personal', p.known),
           'operator'
    from changed c join households h on h.id = c.id
    cross join lateral (select jsonb_build_object(
        'village_id', h.village_id, 'number', h.number, 'size', h.size, 'n15', h.n15,
        'n18', h.n18, 'poor', h.poor, 'listed_by', h.listed_by) as old) said
    cross join lateral (select coalesce((
        select jsonb_build_object('label', l.label, 'landmark', l.landmark, 'phone', l.phone,
                                  'latitude', l.latitude, 'longitude', l.longitude)
        from household_labels l where l.household_id = h.id), '{}') as known) p
)
update households h set number = c.number from changed c where h.id = c.id
"""

# What was moved with its village is put back with its number.
KEEP_NUMBERS = """
update org_unit_events e set detail = e.detail || jsonb_build_object('households', (
    select jsonb_object_agg(m.key, jsonb_build_array(m.value::int, h.number))
    from jsonb_each_text(e.detail -> 'households') m left join households h on h.id = m.key::int))
where e.detail -> 'households' <> '{}'
"""
FORGET_NUMBERS = """
update org_unit_events e set detail = e.detail || jsonb_build_object('households', (
    select jsonb_object_agg(m.key, m.value -> 0) from jsonb_each(e.detail -> 'households') m))
where e.detail -> 'households' <> '{}'
"""

# An id goes with its code for good, also while the household is not in the registry; of an id that
# a phone made and the registry never had, the listing that brought it is known.
KNOW = """
create function know_household() returns trigger language plpgsql as $$
begin
    new.uuid := coalesce((
        select i.uuid from household_ids i
        where i.project_id = new.project_id and i.code = new.code
          and (i.submission_id is null or i.submission_id = new.listed_by)
          and not exists (select from households h
                          where h.project_id = i.project_id and h.uuid = i.uuid)
        order by i.submission_id nulls first, i.uuid limit 1), new.uuid);
    return new;
end $$
"""
KEEP = """
create function keep_household_id() returns trigger language plpgsql as $$
begin
    insert into household_ids (project_id, uuid, code) values (new.project_id, new.uuid, new.code)
    on conflict (project_id, uuid) do update set code = excluded.code, submission_id = null;
    return null;
end $$
"""
# What phones keep of a household is replaced by what is newer alone.
RAISE = """
create function raise_household() returns trigger language plpgsql as $$
begin
    if new.version = old.version then
        new.version := old.version + 1;
    end if;
    return new;
end $$
"""
RAISE_BY_LABEL = """
create function raise_labelled_household() returns trigger language plpgsql as $$
begin
    update households set version = version + 1 where id = new.household_id;
    return null;
end $$
"""
# More than the days of one round can take from the count of days gone by (households.lists).
RAISE_ROUNDS = """
create function raise_rounds() returns trigger language plpgsql as $$
begin
    update projects set rounds_version = rounds_version + 3
    where id = case when tg_op = 'DELETE' then old.project_id else new.project_id end;
    return null;
end $$
"""
TRIGGERS = (
    "create trigger know_household before insert on households"
    " for each row execute function know_household()",
    "create trigger keep_household_id after insert on households"
    " for each row execute function keep_household_id()",
    "create trigger raise_household before update on households for each row"
    " when ((new.village_id, new.number) is distinct from (old.village_id, old.number))"
    " execute function raise_household()",
    "create trigger raise_named_household after insert on household_labels for each row"
    " when (new.label is not null) execute function raise_labelled_household()",
    "create trigger raise_renamed_household after update on household_labels for each row"
    " when (new.label is distinct from old.label) execute function raise_labelled_household()",
    "create trigger raise_rounds after insert or update or delete on rounds"
    " for each row execute function raise_rounds()",
)
FUNCTIONS = (
    "know_household",
    "keep_household_id",
    "raise_household",
    "raise_labelled_household",
    "raise_rounds",
)
KINDS = "kind in ('import', 'move', 'merge', 'split')"
MORE_KINDS = "kind in ('import', 'move', 'merge', 'split', 'listing', 'number')"


def upgrade() -> None:
    _set_kinds(MORE_KINDS)
    op.execute(KEEP_NUMBERS)
    op.execute(NUMBER_AGAIN)
    op.create_unique_constraint(
        op.f("households_project_id_village_id_number_key"),
        "households",
        ["project_id", "village_id", "number"],
        deferrable=True,
    )
    op.add_column(
        "households",
        sa.Column("uuid", sa.String(), server_default=sa.text("gen_random_uuid()"), nullable=False),
    )
    op.create_unique_constraint(
        op.f("households_project_id_uuid_key"), "households", ["project_id", "uuid"]
    )
    op.add_column(
        "households", sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    )
    op.add_column(
        "projects", sa.Column("rounds_version", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_table(
        "household_ids",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("household_ids_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("project_id", "uuid", name=op.f("household_ids_pkey")),
    )
    op.create_index(
        op.f("household_ids_project_id_code_idx"), "household_ids", ["project_id", "code"]
    )
    op.execute(
        "insert into household_ids (project_id, uuid, code)"
        " select project_id, uuid, code from households"
    )
    for function in (KNOW, KEEP, RAISE, RAISE_BY_LABEL, RAISE_ROUNDS):
        op.execute(function)
    for trigger in TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    for trigger in TRIGGERS:
        _, _, name, *_ = trigger.split()
        table = trigger.split(" on ")[1].split()[0]
        op.execute(f"drop trigger {name} on {table}")
    for function in FUNCTIONS:
        op.execute(f"drop function {function}")
    op.drop_table("household_ids")
    op.drop_column("projects", "rounds_version")
    op.drop_column("households", "version")
    op.drop_constraint("households_project_id_uuid_key", "households")
    op.drop_column("households", "uuid")
    op.drop_constraint("households_project_id_village_id_number_key", "households")
    op.execute(FORGET_NUMBERS)
    op.execute("delete from household_changes where kind in ('listing', 'number')")
    _set_kinds(KINDS)


def _set_kinds(condition: str) -> None:
    op.drop_constraint(op.f("household_changes_kind_check"), "household_changes", type_="check")
    op.create_check_constraint(op.f("household_changes_kind_check"), "household_changes", condition)
