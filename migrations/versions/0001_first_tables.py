"""First tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("audit_events_pkey")),
    )
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("sha256", name=op.f("blobs_pkey")),
    )
    op.create_table(
        "counted_interviews",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("instance_pk", sa.BigInteger(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("household", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint(
            "round_id", "form_id", "subject", name=op.f("counted_interviews_pkey")
        ),
    )
    op.create_index(
        op.f("counted_interviews_round_id_village_id_form_id_idx"),
        "counted_interviews",
        ["round_id", "village_id", "form_id"],
        unique=False,
    )
    op.create_index(
        op.f("counted_interviews_submission_id_idx"),
        "counted_interviews",
        ["submission_id"],
        unique=False,
    )
    op.create_table(
        "flags",
        sa.Column("instance_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column(
            "detail", postgresql.JSONB(astext_type=sa.Text()), server_default="{}", nullable=False
        ),
        sa.PrimaryKeyConstraint("instance_pk", "code", name=op.f("flags_pkey")),
    )
    op.create_table(
        "inbox",
        sa.Column("instance_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("attempts", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("instance_pk", name=op.f("inbox_pkey")),
    )
    op.create_table(
        "instances",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("root_id", sa.BigInteger(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("app_user_id", sa.Integer(), nullable=True),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("instance_id", sa.String(), nullable=False),
        sa.Column("deprecated_id", sa.String(), nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("instances_pkey")),
        sa.UniqueConstraint(
            "form_id", "instance_id", name=op.f("instances_form_id_instance_id_key")
        ),
    )
    op.create_index(
        "instances_edits_of",
        "instances",
        ["root_id"],
        unique=False,
        postgresql_where=sa.text("root_id is not null"),
    )
    op.create_index(
        "instances_one_successor",
        "instances",
        ["form_id", "deprecated_id"],
        unique=True,
        postgresql_where=sa.text("deprecated_id is not null"),
    )
    op.create_table(
        "interview_rows",
        sa.Column("instance_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("repeat", sa.String(), nullable=False),
        sa.Column("position", sa.String(), nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint(
            "instance_pk", "repeat", "position", name=op.f("interview_rows_pkey")
        ),
    )
    op.create_table(
        "interviews",
        sa.Column("instance_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("village_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("household", sa.String(), nullable=True),
        sa.Column("person_no", sa.Integer(), nullable=True),
        sa.Column("interviewed_on", sa.Date(), nullable=False),
        sa.Column("visit_result", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("adults", sa.Integer(), nullable=True),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint(
            "outcome in ('complete', 'refused', 'ineligible', 'unresolved')",
            name=op.f("interviews_outcome_check"),
        ),
        sa.PrimaryKeyConstraint("instance_pk", name=op.f("interviews_pkey")),
    )
    op.create_index(
        op.f("interviews_subject_form_id_round_id_idx"),
        "interviews",
        ["subject", "form_id", "round_id"],
        unique=False,
    )
    op.create_table(
        "observations",
        sa.Column("instance_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("domain_ids", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("n", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("y", postgresql.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column("x", postgresql.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column("yy", postgresql.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column("xy", postgresql.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column("xx", postgresql.ARRAY(sa.Float(precision=53)), nullable=False),
        sa.Column("dont_know", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("refused", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("blank", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("irrelevant", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.CheckConstraint("1e15 > all (x) and -1e15 < all (x)", name=op.f("observations_x_check")),
        sa.CheckConstraint("1e15 > all (y) and -1e15 < all (y)", name=op.f("observations_y_check")),
        sa.PrimaryKeyConstraint("instance_pk", name=op.f("observations_pkey")),
    )
    op.create_table(
        "org_unit_levels",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("name_vi", sa.String(), nullable=False),
        sa.Column("name_en", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("code", name=op.f("org_unit_levels_pkey")),
    )
    op.create_table(
        "parked_uploads",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("xml_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("xml_form_id", sa.String(), nullable=True),
        sa.Column("version", sa.String(), nullable=True),
        sa.Column("instance_id", sa.String(), nullable=True),
        sa.Column("deprecated_id", sa.String(), nullable=True),
        sa.Column("app_user_id", sa.Integer(), nullable=True),
        sa.Column("device_id", sa.String(), nullable=True),
        sa.Column(
            "received_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("times", sa.Integer(), server_default="1", nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settlement", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("parked_uploads_pkey")),
        sa.UniqueConstraint(
            "project_id",
            "reason",
            "xml_sha256",
            name=op.f("parked_uploads_project_id_reason_xml_sha256_key"),
        ),
    )
    op.create_index(
        "parked_uploads_waiting_edits",
        "parked_uploads",
        ["project_id", "deprecated_id"],
        unique=False,
        postgresql_where=sa.text("settled_at is null and deprecated_id is not null"),
    )
    op.create_table(
        "personal_answers",
        sa.Column("instance_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("answers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("instance_pk", name=op.f("personal_answers_pkey")),
    )
    op.create_table(
        "sign_in_failures",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("sign_in_failures_pkey")),
    )
    op.create_table(
        "stale_villages",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("stale_villages_pkey")),
    )
    op.create_table(
        "submissions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("current_pk", sa.BigInteger(), nullable=False),
        sa.Column("approved_pk", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(), server_default="received", nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("preferred_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state in ('received', 'edited', 'approved', 'rejected')",
            name=op.f("submissions_state_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("submissions_pkey")),
    )
    op.create_index(
        op.f("submissions_unit_id_state_id_idx"),
        "submissions",
        ["unit_id", "state", "id"],
        unique=False,
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("full_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("language", sa.String(), server_default="vi", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("users_pkey")),
        sa.UniqueConstraint("username", name=op.f("users_username_key")),
    )
    op.create_table(
        "village_bases",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(), server_default="", nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("frame", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("eligible", sa.Integer(), nullable=False),
        sa.Column("ineligible", sa.Integer(), nullable=False),
        sa.Column("unresolved", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=True),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column(
            "computed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint(
            "round_id", "village_id", "stratum", "form_id", name=op.f("village_bases_pkey")
        ),
    )
    op.create_table(
        "village_sums",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("stratum", sa.String(), server_default="", nullable=False),
        sa.Column("cell", sa.String(), server_default="", nullable=False),
        sa.Column("domain_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("m", sa.Integer(), nullable=False),
        sa.Column("y", sa.Float(precision=53), nullable=False),
        sa.Column("x", sa.Float(precision=53), nullable=False),
        sa.Column("yy", sa.Float(precision=53), nullable=False),
        sa.Column("xy", sa.Float(precision=53), nullable=False),
        sa.Column("xx", sa.Float(precision=53), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("w", sa.Float(precision=53), nullable=False),
        sa.Column("ww", sa.Float(precision=53), nullable=False),
        sa.Column("element_yy", sa.Float(precision=53), nullable=False),
        sa.Column("element_xy", sa.Float(precision=53), nullable=False),
        sa.Column("element_xx", sa.Float(precision=53), nullable=False),
        sa.Column("dont_know", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("blank", sa.Integer(), nullable=False),
        sa.Column("irrelevant", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "round_id", "village_id", "stratum", "cell", "domain_id", name=op.f("village_sums_pkey")
        ),
    )
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("api_tokens_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("api_tokens_pkey")),
        sa.UniqueConstraint("token_hash", name=op.f("api_tokens_token_hash_key")),
    )
    op.create_index(op.f("api_tokens_user_id_idx"), "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "instance_attachments",
        sa.Column("instance_pk", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("expected", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("blob_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["blobs.sha256"], name=op.f("instance_attachments_blob_sha256_fkey")
        ),
        sa.PrimaryKeyConstraint("instance_pk", "name", name=op.f("instance_attachments_pkey")),
    )
    op.create_table(
        "org_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(), nullable=True),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("search_key", sa.String(collation="C"), nullable=False),
        sa.Column("sort_key", sa.String(collation="C"), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["level"], ["org_unit_levels.code"], name=op.f("org_units_level_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("org_units_pkey")),
        sa.UniqueConstraint("public_id", name=op.f("org_units_public_id_key")),
    )
    op.create_index(
        op.f("org_units_level_search_key_idx"), "org_units", ["level", "search_key"], unique=False
    )
    op.create_table(
        "parked_attachments",
        sa.Column("parked_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("blob_sha256", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["blobs.sha256"], name=op.f("parked_attachments_blob_sha256_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["parked_id"], ["parked_uploads.id"], name=op.f("parked_attachments_parked_id_fkey")
        ),
        sa.PrimaryKeyConstraint("parked_id", "name", name=op.f("parked_attachments_pkey")),
    )
    op.create_table(
        "review_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.BigInteger(), nullable=False),
        sa.Column("instance_pk", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "decided_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state in ('received', 'approved', 'rejected')",
            name=op.f("review_decisions_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("review_decisions_user_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("review_decisions_pkey")),
    )
    op.create_index(
        op.f("review_decisions_submission_id_idx"),
        "review_decisions",
        ["submission_id"],
        unique=False,
    )
    op.create_table(
        "user_sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("user_sessions_user_id_fkey")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("user_sessions_pkey")),
    )
    op.create_index(op.f("user_sessions_user_id_idx"), "user_sessions", ["user_id"], unique=False)
    op.create_table(
        "org_unit_ancestors",
        sa.Column("unit_id", sa.Integer(), nullable=False),
        sa.Column("ancestor_id", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("distance", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ancestor_id"], ["org_units.id"], name=op.f("org_unit_ancestors_ancestor_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["org_units.id"], name=op.f("org_unit_ancestors_unit_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "unit_id", "ancestor_id", "valid_from", name=op.f("org_unit_ancestors_pkey")
        ),
    )
    op.create_index(
        op.f("org_unit_ancestors_ancestor_id_unit_id_idx"),
        "org_unit_ancestors",
        ["ancestor_id", "unit_id"],
        unique=False,
    )
    op.create_table(
        "org_unit_codes",
        sa.Column("org_unit_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["org_unit_id"], ["org_units.id"], name=op.f("org_unit_codes_org_unit_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "org_unit_id", "code", "valid_from", name=op.f("org_unit_codes_pkey")
        ),
    )
    op.create_index(op.f("org_unit_codes_code_idx"), "org_unit_codes", ["code"], unique=False)
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), server_default="vi", nullable=False),
        sa.Column("org_unit_id", sa.Integer(), nullable=True),
        sa.Column("lists_version", sa.Integer(), server_default="1", nullable=False),
        sa.ForeignKeyConstraint(
            ["org_unit_id"], ["org_units.id"], name=op.f("projects_org_unit_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("projects_pkey")),
    )
    op.create_table(
        "app_users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("username", sa.String(), nullable=False),
        sa.Column("enumerator_code", sa.String(), nullable=False),
        sa.Column("generation", sa.Integer(), server_default="1", nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("app_users_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("app_users_pkey")),
        sa.UniqueConstraint(
            "project_id", "username", name=op.f("app_users_project_id_username_key")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("app_users_token_hash_key")),
    )
    op.create_table(
        "forms",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("xml_form_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), server_default="other", nullable=False),
        sa.Column("state", sa.String(), server_default="open", nullable=False),
        sa.Column("current_version_id", sa.Integer(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "kind in ('listing', 'household', 'person', 'village', 'other')",
            name=op.f("forms_kind_check"),
        ),
        sa.CheckConstraint(
            "state in ('open', 'closing', 'closed')", name=op.f("forms_state_check")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("forms_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("forms_pkey")),
        sa.UniqueConstraint(
            "project_id", "xml_form_id", name=op.f("forms_project_id_xml_form_id_key")
        ),
    )
    op.create_table(
        "households",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("village_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("n15", sa.Integer(), nullable=True),
        sa.Column("n18", sa.Integer(), nullable=True),
        sa.Column("poor", sa.String(), nullable=True),
        sa.Column("listed_by", sa.BigInteger(), nullable=True),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("households_project_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["village_id"], ["org_units.id"], name=op.f("households_village_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("households_pkey")),
        sa.UniqueConstraint("project_id", "code", name=op.f("households_project_id_code_key")),
    )
    op.create_index(
        op.f("households_village_id_project_id_idx"),
        "households",
        ["village_id", "project_id"],
        unique=False,
    )
    op.create_table(
        "rounds",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("review_policy", sa.String(), server_default="hold-all", nullable=False),
        sa.Column("legal_basis", sa.String(), nullable=True),
        sa.Column("pick_salt", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "review_policy in ('hold-all', 'approve-unflagged')", name=op.f("rounds_policy_check")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("rounds_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("rounds_pkey")),
        sa.UniqueConstraint("project_id", "code", name=op.f("rounds_project_id_code_key")),
    )
    op.create_table(
        "form_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column("md5", sa.String(), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("workbook", sa.LargeBinary(), nullable=True),
        sa.Column("workbook_name", sa.String(), nullable=True),
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(["form_id"], ["forms.id"], name=op.f("form_versions_form_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("form_versions_pkey")),
        sa.UniqueConstraint("form_id", "version", name=op.f("form_versions_form_id_version_key")),
    )
    op.create_table(
        "household_labels",
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(), nullable=True),
        sa.Column("landmark", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["households.id"],
            name=op.f("household_labels_household_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("household_id", name=op.f("household_labels_pkey")),
    )
    op.create_table(
        "role_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("app_user_id", sa.Integer(), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("org_unit_id", sa.Integer(), nullable=False),
        sa.Column(
            "granted_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(user_id is null) <> (app_user_id is null)", name=op.f("role_grants_one_holder_check")
        ),
        sa.ForeignKeyConstraint(
            ["app_user_id"], ["app_users.id"], name=op.f("role_grants_app_user_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["org_unit_id"], ["org_units.id"], name=op.f("role_grants_org_unit_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("role_grants_project_id_fkey")
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("role_grants_user_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("role_grants_pkey")),
    )
    op.create_index(
        op.f("role_grants_app_user_id_idx"), "role_grants", ["app_user_id"], unique=False
    )
    op.create_index(
        op.f("role_grants_org_unit_id_idx"), "role_grants", ["org_unit_id"], unique=False
    )
    op.create_index(op.f("role_grants_user_id_idx"), "role_grants", ["user_id"], unique=False)
    op.create_table(
        "form_media",
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("blob_sha256", sa.LargeBinary(), nullable=True),
        sa.Column("md5", sa.String(), nullable=True),
        sa.Column("made_list", sa.String(), nullable=True),
        sa.CheckConstraint(
            "(blob_sha256 is null) <> (made_list is null)", name=op.f("form_media_one_source_check")
        ),
        sa.ForeignKeyConstraint(
            ["blob_sha256"], ["blobs.sha256"], name=op.f("form_media_blob_sha256_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"], ["form_versions.id"], name=op.f("form_media_form_version_id_fkey")
        ),
        sa.PrimaryKeyConstraint("form_version_id", "name", name=op.f("form_media_pkey")),
    )
    op.create_table(
        "indicator_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("form_id", sa.Integer(), nullable=False),
        sa.Column("form_version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("labels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("definition", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("in_force", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.ForeignKeyConstraint(
            ["form_id"], ["forms.id"], name=op.f("indicator_versions_form_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["form_version_id"],
            ["form_versions.id"],
            name=op.f("indicator_versions_form_version_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["project_id"], ["projects.id"], name=op.f("indicator_versions_project_id_fkey")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("indicator_versions_pkey")),
        sa.UniqueConstraint(
            "project_id",
            "code",
            "version",
            name=op.f("indicator_versions_project_id_code_version_key"),
        ),
    )
    op.create_index(
        op.f("indicator_versions_form_id_idx"), "indicator_versions", ["form_id"], unique=False
    )
    op.create_table(
        "indicator_domains",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("indicator_id", sa.Integer(), nullable=False),
        sa.Column("breakdown", sa.String(), server_default="", nullable=False),
        sa.Column("value", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["indicator_id"],
            ["indicator_versions.id"],
            name=op.f("indicator_domains_indicator_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("indicator_domains_pkey")),
        sa.UniqueConstraint(
            "indicator_id",
            "breakdown",
            "value",
            name=op.f("indicator_domains_indicator_id_breakdown_value_key"),
        ),
    )
    op.create_foreign_key(
        "forms_current_version_id_fkey", "forms", "form_versions", ["current_version_id"], ["id"]
    )


def downgrade() -> None:
    op.drop_constraint("forms_current_version_id_fkey", "forms")
    op.drop_table("indicator_domains")
    op.drop_index(op.f("indicator_versions_form_id_idx"), table_name="indicator_versions")
    op.drop_table("indicator_versions")
    op.drop_table("form_media")
    op.drop_index(op.f("role_grants_user_id_idx"), table_name="role_grants")
    op.drop_index(op.f("role_grants_org_unit_id_idx"), table_name="role_grants")
    op.drop_index(op.f("role_grants_app_user_id_idx"), table_name="role_grants")
    op.drop_table("role_grants")
    op.drop_table("household_labels")
    op.drop_table("form_versions")
    op.drop_table("rounds")
    op.drop_index(op.f("households_village_id_project_id_idx"), table_name="households")
    op.drop_table("households")
    op.drop_table("forms")
    op.drop_table("app_users")
    op.drop_table("projects")
    op.drop_index(op.f("org_unit_codes_code_idx"), table_name="org_unit_codes")
    op.drop_table("org_unit_codes")
    op.drop_index(
        op.f("org_unit_ancestors_ancestor_id_unit_id_idx"), table_name="org_unit_ancestors"
    )
    op.drop_table("org_unit_ancestors")
    op.drop_index(op.f("user_sessions_user_id_idx"), table_name="user_sessions")
    op.drop_table("user_sessions")
    op.drop_index(op.f("review_decisions_submission_id_idx"), table_name="review_decisions")
    op.drop_table("review_decisions")
    op.drop_table("parked_attachments")
    op.drop_index(op.f("org_units_level_search_key_idx"), table_name="org_units")
    op.drop_table("org_units")
    op.drop_table("instance_attachments")
    op.drop_index(op.f("api_tokens_user_id_idx"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_table("village_sums")
    op.drop_table("village_bases")
    op.drop_table("users")
    op.drop_index(op.f("submissions_unit_id_state_id_idx"), table_name="submissions")
    op.drop_table("submissions")
    op.drop_table("stale_villages")
    op.drop_table("sign_in_failures")
    op.drop_table("personal_answers")
    op.drop_index(
        "parked_uploads_waiting_edits",
        table_name="parked_uploads",
        postgresql_where=sa.text("settled_at is null and deprecated_id is not null"),
    )
    op.drop_table("parked_uploads")
    op.drop_table("org_unit_levels")
    op.drop_table("observations")
    op.drop_index(op.f("interviews_subject_form_id_round_id_idx"), table_name="interviews")
    op.drop_table("interviews")
    op.drop_table("interview_rows")
    op.drop_index(
        "instances_one_successor",
        table_name="instances",
        postgresql_where=sa.text("deprecated_id is not null"),
    )
    op.drop_index(
        "instances_edits_of",
        table_name="instances",
        postgresql_where=sa.text("root_id is not null"),
    )
    op.drop_table("instances")
    op.drop_table("inbox")
    op.drop_table("flags")
    op.drop_index(op.f("counted_interviews_submission_id_idx"), table_name="counted_interviews")
    op.drop_index(
        op.f("counted_interviews_round_id_village_id_form_id_idx"), table_name="counted_interviews"
    )
    op.drop_table("counted_interviews")
    op.drop_table("blobs")
    op.drop_table("audit_events")
