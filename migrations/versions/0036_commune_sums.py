"""Sums of communes, kept with the states of the villages that they are made of."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0036"
down_revision = "0035"

BASE = {
    "n": sa.Integer, "waiting": sa.Integer, "unresolved": sa.Integer, "refused": sa.Integer,
    "villages": sa.Integer, "villages_left_out": sa.Integer, "frame_left_out": sa.Integer,
}  # fmt: skip
SUM = {
    **dict.fromkeys(("y", "x", "var_y", "cov", "var_x"), sa.Float),
    **dict.fromkeys(("n", "psus", "df"), sa.BigInteger),
    **dict.fromkeys(("w", "ww", "yy", "xy", "xx", "yes"), sa.Float),
    **dict.fromkeys(("dont_know", "refused", "blank", "irrelevant"), sa.BigInteger),
}
# Whatever is summed up already is a state; workers add the communes up.
STATES = """
insert into village_states (round_id, village_id)
select distinct round_id, village_id from village_bases
"""


def upgrade() -> None:
    op.create_table(
        "village_states",
        *_key("round_id", "village_id"),
        sa.Column("state", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("is_owed", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.PrimaryKeyConstraint("round_id", "village_id", name=op.f("village_states_pkey")),
    )
    op.execute(STATES)
    op.create_index(
        "village_states_owed_idx", "village_states", ["round_id", "village_id"],
        postgresql_where=sa.text("is_owed"),
    )  # fmt: skip
    key = ("round_id", "unit_id", "form_id", "partner_id")
    op.create_table(
        "commune_bases",
        *_key(*key),
        sa.Column("made_of", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("expected", sa.Float(53), nullable=False),
        *(sa.Column(name, kind(), nullable=False) for name, kind in BASE.items()),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*key, name=op.f("commune_bases_pkey")),
    )
    key = ("round_id", "unit_id", "domain_id")
    op.create_table(
        "commune_sums",
        *_key(*key),
        *(
            sa.Column(name, kind(53) if kind is sa.Float else kind(), nullable=False)
            for name, kind in SUM.items()
        ),
        sa.PrimaryKeyConstraint(*key, name=op.f("commune_sums_pkey")),
    )


def _key(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer(), autoincrement=False, nullable=False) for name in names]


def downgrade() -> None:
    for table in ("commune_sums", "commune_bases", "village_states"):
        op.drop_table(table)
