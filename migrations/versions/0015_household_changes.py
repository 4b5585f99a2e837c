"""What is changed in the registry by hand, and what may be one household."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.create_table('distinct_households',
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('one', sa.String(), nullable=False),
    sa.Column('other', sa.String(), nullable=False),
    sa.Column('decided_by', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('distinct_households_project_id_fkey')),
    sa.PrimaryKeyConstraint('project_id', 'one', 'other', name=op.f('distinct_households_pkey'))
    )
    op.create_table('household_changes',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('other', sa.String(), nullable=True),
    sa.Column('before', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('after', postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
    sa.Column('changed_by', sa.String(), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind in ('import', 'move', 'merge', 'split')", name=op.f('household_changes_kind_check')),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('household_changes_project_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('household_changes_pkey'))
    )
    op.create_index(op.f('household_changes_project_id_code_idx'), 'household_changes', ['project_id', 'code'], unique=False)
    op.create_index(op.f('household_changes_project_id_other_idx'), 'household_changes', ['project_id', 'other'], unique=False)
    op.add_column('household_labels', sa.Column('search_key', sa.String(), server_default='', nullable=False))
    op.add_column('household_labels', sa.Column('phone', sa.String(), nullable=True))
    op.add_column('household_labels', sa.Column('latitude', sa.Double(), nullable=True))
    op.add_column('household_labels', sa.Column('longitude', sa.Double(), nullable=True))


def downgrade() -> None:

    op.drop_column('household_labels', 'longitude')
    op.drop_column('household_labels', 'latitude')
    op.drop_column('household_labels', 'phone')
    op.drop_column('household_labels', 'search_key')
    op.drop_index(op.f('household_changes_project_id_other_idx'), table_name='household_changes')
    op.drop_index(op.f('household_changes_project_id_code_idx'), table_name='household_changes')
    op.drop_table('household_changes')
    op.drop_table('distinct_households')
