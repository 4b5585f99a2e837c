"""What a round is of, its sample, and who visits whom."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table('assignments',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('household', sa.String(), nullable=False),
    sa.Column('project_id', sa.Integer(), nullable=False),
    sa.Column('app_user_id', sa.Integer(), nullable=False),
    sa.Column('assigned_by', sa.String(), nullable=False),
    sa.Column('assigned_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['app_user_id'], ['app_users.id'], name=op.f('assignments_app_user_id_fkey')),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('assignments_round_id_fkey')),
    sa.PrimaryKeyConstraint('round_id', 'household', name=op.f('assignments_pkey'))
    )
    op.create_index(op.f('assignments_app_user_id_idx'), 'assignments', ['app_user_id'], unique=False)
    op.create_index(op.f('assignments_project_id_household_idx'), 'assignments', ['project_id', 'household'], unique=False)
    op.create_table('round_deadlines',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('round_deadlines_round_id_fkey')),
    sa.PrimaryKeyConstraint('round_id', 'due_on', 'name', name=op.f('round_deadlines_pkey'))
    )
    op.create_table('round_exceptions',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('org_unit_id', sa.Integer(), nullable=False),
    sa.Column('received_until', sa.Date(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('granted_by', sa.String(), nullable=False),
    sa.Column('granted_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['org_unit_id'], ['org_units.id'], name=op.f('round_exceptions_org_unit_id_fkey')),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('round_exceptions_round_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('round_exceptions_pkey'))
    )
    op.create_index(op.f('round_exceptions_round_id_idx'), 'round_exceptions', ['round_id'], unique=False)
    op.create_table('round_forms',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('form_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['form_id'], ['forms.id'], name=op.f('round_forms_form_id_fkey')),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('round_forms_round_id_fkey')),
    sa.PrimaryKeyConstraint('round_id', 'form_id', name=op.f('round_forms_pkey'))
    )
    op.create_table('samples',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('settings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('seed', sa.String(), nullable=False),
    sa.Column('frame_sha256', sa.String(), nullable=False),
    sa.Column('frame', sa.Integer(), nullable=False),
    sa.Column('drawn', sa.Integer(), nullable=False),
    sa.Column('drawn_by', sa.String(), nullable=False),
    sa.Column('drawn_at', sa.DateTime(timezone=True), server_default=sa.text('now()'), nullable=False),
    sa.ForeignKeyConstraint(['round_id'], ['rounds.id'], name=op.f('samples_round_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('samples_pkey')),
    sa.UniqueConstraint('round_id', name=op.f('samples_round_id_key'))
    )
    op.create_table('sample_households',
    sa.Column('sample_id', sa.Integer(), nullable=False),
    sa.Column('household', sa.String(), nullable=False),
    sa.Column('village_id', sa.Integer(), nullable=False),
    sa.Column('stratum', sa.String(), nullable=False),
    sa.Column('probability', sa.Float(precision=53), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(), nullable=False),
    sa.Column('replaces', sa.String(), nullable=True),
    sa.CheckConstraint("(role = 'substitute') = (replaces is not null)", name=op.f('sample_households_replaces_check')),
    sa.CheckConstraint("role in ('drawn', 'reserve', 'substitute')", name=op.f('sample_households_role_check')),
    sa.ForeignKeyConstraint(['sample_id'], ['samples.id'], name=op.f('sample_households_sample_id_fkey'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['village_id'], ['org_units.id'], name=op.f('sample_households_village_id_fkey')),
    sa.PrimaryKeyConstraint('sample_id', 'household', name=op.f('sample_households_pkey'))
    )
    op.create_table('sample_strata',
    sa.Column('sample_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(), nullable=False),
    sa.Column('psu', sa.String(), nullable=False),
    sa.Column('frame', sa.Integer(), nullable=False),
    sa.Column('drawn', sa.Integer(), nullable=False),
    sa.Column('households', sa.Integer(), nullable=False),
    sa.CheckConstraint("psu in ('household', 'village')", name=op.f('sample_strata_psu_check')),
    sa.ForeignKeyConstraint(['sample_id'], ['samples.id'], name=op.f('sample_strata_sample_id_fkey'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('sample_id', 'code', name=op.f('sample_strata_pkey'))
    )
    op.create_table('sample_villages',
    sa.Column('sample_id', sa.Integer(), nullable=False),
    sa.Column('village_id', sa.Integer(), nullable=False),
    sa.Column('stratum', sa.String(), nullable=False),
    sa.Column('frame', sa.Integer(), nullable=False),
    sa.Column('drawn', sa.Integer(), nullable=False),
    sa.Column('probability', sa.Float(precision=53), nullable=False),
    sa.ForeignKeyConstraint(['sample_id'], ['samples.id'], name=op.f('sample_villages_sample_id_fkey'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['village_id'], ['org_units.id'], name=op.f('sample_villages_village_id_fkey')),
    sa.PrimaryKeyConstraint('sample_id', 'village_id', 'stratum', name=op.f('sample_villages_pkey'))
    )
    op.add_column('rounds', sa.Column('design', sa.String(), server_default='census', nullable=False))
    op.add_column('rounds', sa.Column('valid_for', sa.Integer(), nullable=True))
    op.add_column('rounds', sa.Column('frozen_on', sa.Date(), nullable=True))
    op.add_column('rounds', sa.Column('org_unit_id', sa.Integer(), nullable=True))
    op.create_foreign_key(op.f('rounds_org_unit_id_fkey'), 'rounds', 'org_units', ['org_unit_id'], ['id'])
    op.create_check_constraint("design", "rounds", "design in ('census', 'sample')")
    op.create_check_constraint("valid_for", "rounds", "valid_for > 0")


def downgrade() -> None:
    op.drop_constraint("valid_for", "rounds", type_="check")
    op.drop_constraint("design", "rounds", type_="check")

    op.drop_constraint(op.f('rounds_org_unit_id_fkey'), 'rounds', type_='foreignkey')
    op.drop_column('rounds', 'org_unit_id')
    op.drop_column('rounds', 'frozen_on')
    op.drop_column('rounds', 'valid_for')
    op.drop_column('rounds', 'design')
    op.drop_table('sample_villages')
    op.drop_table('sample_strata')
    op.drop_table('sample_households')
    op.drop_table('samples')
    op.drop_table('round_forms')
    op.drop_index(op.f('round_exceptions_round_id_idx'), table_name='round_exceptions')
    op.drop_table('round_exceptions')
    op.drop_table('round_deadlines')
    op.drop_index(op.f('assignments_project_id_household_idx'), table_name='assignments')
    op.drop_index(op.f('assignments_app_user_id_idx'), table_name='assignments')
    op.drop_table('assignments')
