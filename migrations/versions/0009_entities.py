"""Entity lists, entities with their versions, and what interviews asked of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table('entity_actions',
    sa.Column('instance_pk', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('position', sa.String(), nullable=False),
    sa.Column('submission_id', sa.BigInteger(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=True),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('action', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('problem', sa.String(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.CheckConstraint("state in ('new', 'applied', 'held', 'waiting', 'failed', 'ignored')", name=op.f('entity_actions_state_check')),
    sa.PrimaryKeyConstraint('instance_pk', 'position', name=op.f('entity_actions_pkey'))
    )
    op.create_index('entity_actions_open', 'entity_actions', ['list_id', 'uuid'], unique=False, postgresql_where=sa.text("state in ('new', 'held')"))
    op.create_index(op.f('entity_actions_submission_id_idx'), 'entity_actions', ['submission_id'], unique=False)
    op.create_table('entity_lists',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('needs_approval', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('revision', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['project_id'], ['projects.id'], name=op.f('entity_lists_project_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('entity_lists_pkey')),
    sa.UniqueConstraint('project_id', 'name', name=op.f('entity_lists_project_id_name_key'))
    )
    op.create_table('entities',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=False), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('uuid', sa.String(), nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('conflict', sa.String(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.Column('deleted_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("conflict in ('soft', 'hard')", name=op.f('entities_conflict_check')),
    sa.ForeignKeyConstraint(['list_id'], ['entity_lists.id'], name=op.f('entities_list_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('entities_pkey')),
    sa.UniqueConstraint('list_id', 'uuid', name=op.f('entities_list_id_uuid_key'))
    )
    op.create_index(op.f('entities_list_id_unit_id_idx'), 'entities', ['list_id', 'unit_id'], unique=False)
    op.create_table('entity_places',
    sa.Column('list_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('unit_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('revision', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['entity_lists.id'], name=op.f('entity_places_list_id_fkey')),
    sa.PrimaryKeyConstraint('list_id', 'unit_id', name=op.f('entity_places_pkey'))
    )
    op.create_table('entity_properties',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('list_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('is_personal', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.ForeignKeyConstraint(['list_id'], ['entity_lists.id'], name=op.f('entity_properties_list_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('entity_properties_pkey')),
    sa.UniqueConstraint('list_id', 'name', name=op.f('entity_properties_list_id_name_key'))
    )
    op.create_table('entity_versions',
    sa.Column('entity_id', sa.BigInteger(), autoincrement=False, nullable=False),
    sa.Column('version', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('label', sa.String(), nullable=False),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('base', sa.Integer(), nullable=True),
    sa.Column('branch', sa.String(), nullable=True),
    sa.Column('branch_base', sa.Integer(), nullable=True),
    sa.Column('trunk', sa.Integer(), nullable=True),
    sa.Column('conflict', sa.String(), nullable=True),
    sa.Column('clashes', postgresql.JSONB(astext_type=sa.Text()), server_default='[]', nullable=False),
    sa.Column('forced', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('instance_pk', sa.BigInteger(), nullable=True),
    sa.Column('submission_id', sa.BigInteger(), nullable=True),
    sa.Column('actor', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['entity_id'], ['entities.id'], name=op.f('entity_versions_entity_id_fkey')),
    sa.PrimaryKeyConstraint('entity_id', 'version', name=op.f('entity_versions_pkey'))
    )


def downgrade() -> None:
    op.drop_table('entity_versions')
    op.drop_table('entity_properties')
    op.drop_table('entity_places')
    op.drop_index(op.f('entities_list_id_unit_id_idx'), table_name='entities')
    op.drop_table('entities')
    op.drop_table('entity_lists')
    op.drop_index(op.f('entity_actions_submission_id_idx'), table_name='entity_actions')
    op.drop_index('entity_actions_open', table_name='entity_actions', postgresql_where=sa.text("state in ('new', 'held')"))
    op.drop_table('entity_actions')
