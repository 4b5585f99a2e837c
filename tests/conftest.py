"""One PostgreSQL and one Valkey for the whole run; each test finds an empty installation."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from werkzeug.test import TestResponse

from app import create_app
from app.accounts import passwords
from app.config import Config
from app.db import close_db, db, transaction
from app.embedded import postgres, valkey
from app.i18n import use_language
from app.org_units.load import load_units
from app.schema import upgrade

# Ids are not started again, so that what a process keeps by id is never another test's.
# The country's places are the same in every test; the rest is emptied after each.
KEPT = {
    "alembic_version",
    "org_unit_levels",
    "org_units",
    "org_unit_codes",
    "org_unit_parents",
    "org_unit_ancestors",
    "org_unit_events",
    "org_unit_successions",
}
VILLAGE_ROWS = (
    ("org_unit_ancestors", "unit_id"),
    ("org_unit_ancestors", "ancestor_id"),
    ("org_unit_parents", "unit_id"),
    ("org_unit_successions", "predecessor_id"),
    ("org_unit_codes", "org_unit_id"),
    ("org_units", "id"),
)
# Deleting costs a hundredth of truncating, since most tests fill a few tables; foreign keys rest
# meanwhile, so the order does not matter.
EMPTY = """
do $$ declare name text; begin
    perform set_config('session_replication_role', 'replica', true);
    for name in select tablename from pg_tables
                where schemaname = 'public' and tablename <> all ({kept}) loop
        execute format('delete from %I', name);
    end loop;
end $$
"""


@pytest.fixture(scope="session")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of this run's servers (one for each worker of a parallel run)."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="session")
def config(data_dir: Path) -> Iterator[Config]:
    """A migrated database with the country's places, and a queue."""
    external = os.environ.get("DATABASE_URL")
    database = None if external else postgres.start(data_dir, durable=False)
    queue = valkey.start(data_dir)
    config = Config(data_dir=data_dir, database_url=external, secret_key="a key for tests")
    try:
        upgrade(config.sqlalchemy_url)
        yield config
    finally:
        queue.stop()
        if database is not None:
            database.stop()


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Password hashes that cost little, so that tests may make many."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)


class Machine(FlaskClient):
    """A client whose requests do not share the test's own application context."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Sends one request."""
        with self.application.app_context():
            return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def installation(config: Config) -> Iterator[Flask]:
    """The application, made once."""
    app = create_app(config)
    app.testing = True
    app.test_client_class = Machine
    with app.app_context(), transaction():
        load_units()
    yield app
    close_db(app)


@pytest.fixture
def app(installation: Flask, config: Config) -> Iterator[Flask]:
    """The application over an empty installation, inside its context."""
    yield from _over_nothing(installation, config)


@pytest.fixture(scope="module")
def lasting_app(installation: Flask, config: Config) -> Iterator[Flask]:
    """The same, of which all tests of a module find what those before left."""
    yield from _over_nothing(installation, config)


def _over_nothing(installation: Flask, config: Config) -> Iterator[Flask]:
    with installation.app_context():
        yield installation
        use_language(None)
        db.session.rollback()
        db.session.remove()
    _empty(config.conninfo)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A machine that talks to the application."""
    return app.test_client()


def _empty(conninfo: str) -> None:
    with psycopg.connect(conninfo, autocommit=True) as connection:
        connection.execute(sql.SQL(EMPTY).format(kept=sql.Literal(sorted(KEPT))))
        for table, column in VILLAGE_ROWS:
            connection.execute(
                f"delete from {table} where {column} in"
                " (select id from org_units where level = 'village')"
            )
        connection.execute("delete from org_unit_events where kind <> 'reform'")
