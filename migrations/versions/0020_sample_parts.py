"""Samples in figures: households with one weight are a part, and stand-ins are told apart."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

TABLES = ("village_bases", "released_bases")

# Of samples drawn before: in a village that was drawn, whoever is likelier is on the list.
NAME_PARTS = """
update sample_households h set part = named.part
from (
    select h.sample_id, h.household,
           case when s.psu = 'household' then coalesce(nullif(h.stratum, ''), '*')
                else concat_ws('/', nullif(h.stratum, ''), u.public_id)
                     || case when h.probability > min(h.probability) over
                             (partition by h.sample_id, h.stratum, h.village_id)
                        then '+' else '' end
           end as part
    from sample_households h
    join sample_strata s on s.sample_id = h.sample_id and s.code = h.stratum
    join org_units u on u.id = h.village_id
) named
where (h.sample_id, h.household) = (named.sample_id, named.household)
"""
ADD_PARTS = """
insert into sample_parts (sample_id, code, stratum, village_id, frame, drawn, probability, chance)
select h.sample_id, h.part, h.stratum,
       case when s.psu = 'village' then min(h.village_id) end,
       round(count(*) filter (where h.role = 'drawn') * min(v.probability) / min(h.probability)),
       count(*) filter (where h.role = 'drawn'), min(h.probability), min(v.probability)
from sample_households h
join sample_strata s on s.sample_id = h.sample_id and s.code = h.stratum
join sample_villages v on (v.sample_id, v.village_id, v.stratum)
                        = (h.sample_id, h.village_id, h.stratum)
group by h.sample_id, h.part, h.stratum, s.psu
"""
SUM_UP_AGAIN = """
insert into stale_villages (round_id, village_id)
select distinct b.round_id, b.village_id from village_bases b
join samples s on s.round_id = b.round_id and s.kind <> 'census'
"""


def upgrade() -> None:
    op.create_table(
        "sample_parts",
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("stratum", sa.String(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=True),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("probability", sa.Float(precision=53), nullable=False),
        sa.Column("chance", sa.Float(precision=53), nullable=False),
        sa.ForeignKeyConstraint(
            ["sample_id"],
            ["samples.id"],
            name=op.f("sample_parts_sample_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["org_units.id"], name=op.f("sample_parts_village_id_fkey")
        ),
        sa.PrimaryKeyConstraint("sample_id", "code", name=op.f("sample_parts_pkey")),
    )
    op.add_column("sample_households", sa.Column("part", sa.String(), nullable=True))
    op.execute(NAME_PARTS)
    op.execute(ADD_PARTS)
    op.alter_column("sample_households", "part", nullable=False)
    op.create_index(
        op.f("sample_households_sample_id_village_id_idx"),
        "sample_households",
        ["sample_id", "village_id"],
    )
    for table in TABLES:
        op.add_column(
            table, sa.Column("substitutes", sa.Integer(), server_default="0", nullable=False)
        )
    op.execute(SUM_UP_AGAIN)


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, "substitutes")
    op.drop_index(op.f("sample_households_sample_id_village_id_idx"), "sample_households")
    op.drop_column("sample_households", "part")
    op.drop_table("sample_parts")
    op.execute(SUM_UP_AGAIN)
