"""Which interviews are doubtful, where lists find them; the orders of the registry; telephones.

What counts is found by its subject: an index of its submissions was written with each interview.
"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"

# The feed tells of it with the next change of each: nothing that was given out is another now.
MARK = """
update submissions set flagged = true
where current_pk in (select instance_pk from flags)
"""


# In which a place's households are listed, each village's in order.
ORDERS = {
    "id": ["id"],
    "code": ["code"],
    "size": [sa.text("coalesce(size, -1) desc"), "code"],
    "change": [sa.text("updated_at desc"), "code"],
}


def upgrade() -> None:
    op.add_column(
        "submissions",
        sa.Column("flagged", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.execute("alter table submissions disable trigger user")
    op.execute(MARK)
    op.execute("alter table submissions enable trigger user")
    flagged = sa.text("flagged")
    op.create_index("submissions_flagged", "submissions", ["id"], postgresql_where=flagged)
    op.create_index(
        "submissions_flagged_there", "submissions", ["unit_id", "id"], postgresql_where=flagged
    )
    op.create_index(
        op.f("household_labels_phone_idx"),
        "household_labels",
        ["phone"],
        postgresql_where=sa.text("phone is not null"),
    )
    for order, columns in ORDERS.items():
        op.create_index(f"households_there_by_{order}", "households", ["village_id", *columns])
    op.drop_index(op.f("counted_interviews_submission_id_idx"), "counted_interviews")


def downgrade() -> None:
    for order in ORDERS:
        op.drop_index(f"households_there_by_{order}", "households")
    op.create_index(
        op.f("counted_interviews_submission_id_idx"), "counted_interviews", ["submission_id"]
    )
    op.drop_index(op.f("household_labels_phone_idx"), "household_labels")
    op.drop_index("submissions_flagged_there", "submissions")
    op.drop_index("submissions_flagged", "submissions")
    op.drop_column("submissions", "flagged")
