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


def of_database(url: str) -> AlembicConfig:
    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", url.replace("%", "%%"))
    return config


def script() -> ScriptDirectory:
    return ScriptDirectory.from_config(of_database(""))


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
    config = of_database(empty_database)
    for target in ("head", "base", "head"):
        (command.downgrade if target == "base" else command.upgrade)(config, target)
    engine = create_engine(empty_database)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


DOUBLE = """
insert into projects (name) values ('Xã hội số');
insert into org_unit_levels (code, rank, name_vi, name_en) values ('village', 4, 'Thôn', 'Village');
insert into org_units (id, level, type, name, search_key, sort_key, public_id, valid_from)
values (1, 'village', 'làng', 'Mook Đen', '', '', 'T-7F3K2', '2000-01-01');
insert into households (project_id, code, village_id, number)
select 1, code, 1, number
from (values ('A', 1), ('B', 1), ('C', 4), ('D', 1), ('E', null), ('F', null)) h (code, number);
insert into household_labels (household_id, label) select id, code from households where code = 'B'
"""


def test_households_with_one_number_are_told_apart_and_their_history_says_so(empty_database: str):
    config = of_database(empty_database)
    command.upgrade(config, "0020")
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        connection.exec_driver_sql(DOUBLE)
    command.upgrade(config, "head")
    with engine.connect() as connection:
        ask = connection.exec_driver_sql
        numbers = dict(ask("select code, number from households order by code").all())
        changes = ask(
            "select code, before #>> '{household,number}', after #>> '{household,number}',"
            " after #>> '{personal,label}' from household_changes order by code"
        ).all()
        ids = ask("select count(distinct uuid) from household_ids").scalar()
    engine.dispose()
    assert numbers == {"A": 1, "B": 5, "C": 4, "D": 6, "E": None, "F": None}
    assert changes == [("B", "1", "5", "B"), ("D", "1", "6", None)]
    assert ids == 6


MAKING = """
insert into projects (name) values ('Xã hội số');
insert into rounds (project_id, code, name, starts_on, pick_salt)
values (1, '2026-1', 'Đợt 1', '2026-01-01', 'muối');
insert into releases (round_id, version, status, rule, indicators, changes, released_by, state,
                      done, total)
values (1, 1, 'provisional', '{}', '{}', '{}', 'operator', 'out', 2, 2),
       (1, 2, 'provisional', '{}', '{}', '{}', 'operator', 'making', 0, 2)
"""


def test_a_release_that_was_frozen_when_it_was_asked_for_is_not_frozen_again(empty_database: str):
    config = of_database(empty_database)
    command.upgrade(config, "0039")
    engine = create_engine(empty_database)
    with engine.begin() as connection:
        connection.exec_driver_sql(MAKING)
    command.upgrade(config, "head")
    with engine.connect() as connection:
        steps = connection.exec_driver_sql("select done, total from releases order by id").all()
    engine.dispose()
    assert steps == [(2, 2), (1, 3)]
