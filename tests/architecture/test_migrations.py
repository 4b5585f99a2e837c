"""Migrations: numbered, one head, equal to the models, and reversible."""

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url

from app.config import Config
from app.db import Base
from app.schema import MIGRATIONS


def script() -> ScriptDirectory:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    return ScriptDirectory.from_config(config)


def test_migrations_are_numbered_without_gaps_and_have_one_head():
    revisions = [revision.revision for revision in script().walk_revisions()][::-1]
    assert revisions == [f"{number:04}" for number in range(1, len(revisions) + 1)]
    assert script().get_heads() == [revisions[-1]]


def test_the_migrated_database_is_what_the_models_say(config: Config):
    engine = create_engine(config.sqlalchemy_url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


@pytest.fixture
def empty_database(config: Config):
    name = "migrated_down"
    with psycopg.connect(config.conninfo, autocommit=True) as connection:
        connection.execute(f"drop database if exists {name}")
        connection.execute(f"create database {name}")
        url = make_url(config.sqlalchemy_url).set(database=name)
        yield url.render_as_string(hide_password=False)
        connection.execute(f"drop database {name} with (force)")


def test_every_migration_can_be_taken_back(empty_database: str):
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", empty_database.replace("%", "%%"))
    for target in ("head", "base", "head"):
        (command.downgrade if target == "base" else command.upgrade)(config, target)
    engine = create_engine(empty_database)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()
