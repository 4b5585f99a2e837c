"""Alembic's entry: runs the numbered migrations over one connection, under a lock."""

from alembic import context
from sqlalchemy import create_engine, text

from app.db import Base
from app.schema import import_models

# Two starts at once must not both migrate.
LOCK = 720_250_701

import_models()


def run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"))
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK})
        connection.commit()
        context.configure(connection=connection, target_metadata=Base.metadata)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
    engine.dispose()


run()
