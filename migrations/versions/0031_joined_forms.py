"""Indicators that join two forms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0031"
down_revision = "0030"

FLOATS = ("y", "x", "yy", "xy", "xx")
INTEGERS = ("domain_ids", "n")
REASONS = ("dont_know", "refused", "blank", "irrelevant")
BASES = {
    "village_bases": ["round_id", "village_id", "stratum", "form_id"],
    "released_bases": ["round_id", "village_id", "stratum", "form_id", "since"],
}
SUMS = ("village_sums", "released_sums")


def upgrade() -> None:
    op.add_column("indicator_versions", sa.Column("partner_id", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("indicator_versions_partner_id_fkey"),
        "indicator_versions", "forms", ["partner_id"], ["id"],
    )  # fmt: skip
    arrays = [(name, sa.Integer()) for name in INTEGERS]
    arrays += [(name, sa.Float(53)) for name in FLOATS]
    arrays += [(name, sa.Integer()) for name in REASONS]
    op.create_table(
        "pair_observations",
        sa.Column("instance_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("partner_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_one", sa.Boolean(), nullable=False),
        *(sa.Column(name, postgresql.ARRAY(kind), nullable=False) for name, kind in arrays),
        sa.CheckConstraint(
            "1e15 > all (x) and -1e15 < all (x)", name=op.f("pair_observations_x_check")
        ),
        sa.CheckConstraint(
            "1e15 > all (y) and -1e15 < all (y)", name=op.f("pair_observations_y_check")
        ),
        sa.PrimaryKeyConstraint("instance_pk", "partner_pk", name=op.f("pair_observations_pkey")),
    )
    op.create_index(
        op.f("pair_observations_partner_pk_idx"), "pair_observations", ["partner_pk"]
    )
    for table in (*BASES, *SUMS):
        op.add_column(
            table, sa.Column("partner_id", sa.Integer(), server_default="0", nullable=False)
        )
    for table, key in BASES.items():
        op.drop_constraint(f"{table}_pkey", table)
        op.create_primary_key(f"{table}_pkey", table, [*key, "partner_id"])


def downgrade() -> None:
    for table in (*BASES, *SUMS):
        op.execute(f"delete from {table} where partner_id <> 0")  # noqa: S608 - our own names
    for table, key in BASES.items():
        op.drop_constraint(f"{table}_pkey", table)
        op.create_primary_key(f"{table}_pkey", table, key)
    for table in (*BASES, *SUMS):
        op.drop_column(table, "partner_id")
    op.drop_table("pair_observations")
    op.drop_column("indicator_versions", "partner_id")
