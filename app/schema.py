"""The database's schema: every table there is, and the migrations that make it."""

from importlib import import_module
from pathlib import Path

from sqlalchemy import Connection, NullPool, create_engine

MODELS = (
    "app.audit",
    "app.storage.models",
    "app.org_units.models",
    "app.projects.models",
    "app.accounts.models",
    "app.forms.models",
    "app.rounds.models",
    "app.submissions.models",
    "app.imports.models",
    "app.drafts.models",
    "app.households.models",
    "app.samples.models",
    "app.entities.models",
    "app.review.models",
    "app.indicators.models",
    "app.indicators.release_models",
    "app.indicators.sum_models",
    "app.exports.models",
    "app.scorecards.models",
    "app.counts.models",
    "app.fieldwork.models",
)
# A trigger notes the present transaction with whatever is written.
CHANGING = ("submissions", "trashed_submissions", "purges")
NOTE_AGAIN = """
update {table} set project_id = project_id
where changed_in >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint
"""
MIGRATIONS = Path(__file__).parent.parent / "migrations"


def import_models() -> None:
    """Makes every table known to the metadata."""
    for module in MODELS:
        import_module(module)


def upgrade(sqlalchemy_url: str) -> None:
    """Brings a database to the newest migration; nothing happens when it is there."""
    # Here, since web and worker import the models and would hold Alembic in memory for nothing.
    from alembic import command
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", sqlalchemy_url.replace("%", "%%"))
    command.upgrade(config, "head")
    engine = create_engine(sqlalchemy_url, poolclass=NullPool)
    with engine.begin() as connection:
        note_again(connection)


def note_again(connection: Connection) -> None:
    """Lets changes that a dump brought from another cluster have happened now.

    Its numbers of transactions may lie ahead of those here, and would not be given out before.
    """
    for table in CHANGING:
        connection.exec_driver_sql(NOTE_AGAIN.format(table=table))
