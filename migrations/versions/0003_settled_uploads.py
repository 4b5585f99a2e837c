"""A parked upload is kept once for its bytes, and knows the instance as which it was filed."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

# The oldest that is not settled stays, else the oldest, with the files and the times of the others.
KEPT = """
create temporary table kept on commit drop as
select id, first_value(id) over (
    partition by project_id, xml_sha256 order by settled_at is not null, id
) as into_id from parked_uploads
"""
MERGE = """
insert into parked_attachments (parked_id, name, blob_sha256)
select k.into_id, a.name, a.blob_sha256 from parked_attachments a join kept k on k.id = a.parked_id
where k.id <> k.into_id order by a.parked_id
on conflict do nothing
"""
ADD_UP = """
update parked_uploads p set times = s.times
from (select k.into_id, sum(u.times) as times
      from kept k join parked_uploads u on u.id = k.id group by 1) s
where s.into_id = p.id
"""
DROP = (
    "delete from parked_attachments where parked_id in (select id from kept where id <> into_id)",
    "delete from parked_uploads where id in (select id from kept where id <> into_id)",
)


def upgrade() -> None:
    for statement in (KEPT, MERGE, ADD_UP, *DROP):
        op.execute(statement)
    op.drop_constraint("parked_uploads_project_id_reason_xml_sha256_key", "parked_uploads")
    op.create_unique_constraint(
        "parked_uploads_project_id_xml_sha256_key", "parked_uploads", ["project_id", "xml_sha256"]
    )
    op.add_column("parked_uploads", sa.Column("filed_pk", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    op.drop_column("parked_uploads", "filed_pk")
    op.drop_constraint("parked_uploads_project_id_xml_sha256_key", "parked_uploads")
    op.create_unique_constraint(
        "parked_uploads_project_id_reason_xml_sha256_key",
        "parked_uploads",
        ["project_id", "reason", "xml_sha256"],
    )
