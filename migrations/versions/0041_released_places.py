"""Where the places of releases lay when they were made, and what counted in them."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"

# Of releases that are out, as their places lie by what is known now.
FREEZE = """
with days as (
    select id, round_id, version, (released_at at time zone 'Asia/Ho_Chi_Minh')::date as day
    from releases
), grounds as materialized (
    select r.id, r.day, b.village_id, b.form_id, b.partner_id, md5(min(b.instances::text)) as counted
    from days r
    join released_bases b on b.round_id = r.round_id and b.since <= r.version and b.until > r.version
    group by r.id, r.day, b.village_id, b.form_id, b.partner_id
), villages as (
    select distinct id, day, village_id from grounds
), lies as materialized (
    select v.id, v.day, v.village_id, a.ancestor_id as unit_id
    from villages v join org_unit_ancestors a on a.unit_id = v.village_id
         and a.valid_from <= v.day and (a.valid_to is null or a.valid_to >= v.day)
), pieces as (
    select id, village_id, unit_id from lies
    union select id, village_id, village_id from villages
    union select l.id, l.village_id, -l.village_id from lies l join lies o using (id, unit_id)
    where l.village_id = l.unit_id and o.village_id <> o.unit_id
), states as (
    select id, unit_id, form_id, partner_id,
           md5(string_agg(village_id || '.' || counted, ',' order by village_id)) as state
    from pieces join grounds using (id, village_id) group by id, unit_id, form_id, partner_id
), above as (
    select distinct on (s.id, s.unit_id) s.id, s.unit_id, a.ancestor_id as parent_id
    from (select distinct id, unit_id, day from states join days using (id)) s
    join org_unit_ancestors a on a.unit_id = s.unit_id and a.ancestor_id <> s.unit_id
         and a.valid_from <= s.day and (a.valid_to is null or a.valid_to >= s.day)
    join org_units u on u.id = a.ancestor_id and u.level in ('province', 'commune', 'village')
    order by s.id, s.unit_id, array_position(array['village', 'commune', 'province'], u.level::text)
)
insert into released_places (release_id, unit_id, form_id, partner_id, parent_id, state)
select id, unit_id, form_id, partner_id,
       case when unit_id < 0 then -unit_id else parent_id end, state
from states left join above using (id, unit_id)
"""


def upgrade() -> None:
    key = ("release_id", "unit_id", "form_id", "partner_id")
    op.create_table(
        "released_places",
        *(sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in key),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["release_id"], ["releases.id"], name=op.f("released_places_release_id_fkey")
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("released_places_pkey")),
    )
    op.execute(FREEZE)


def downgrade() -> None:
    op.drop_table("released_places")
