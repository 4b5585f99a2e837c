"""`thonso db`: the database's schema and product data."""

import click


@click.group()
def db() -> None:
    """The database's schema."""


@db.command()
def upgrade() -> None:
    """Bring the database to this release: its tables, and the country's places."""
    from app import create_app, schema
    from app.config import Config
    from app.db import transaction
    from app.org_units.load import load_units
    from app.projects.queries import first_project

    config = Config.from_environment()
    schema.upgrade(config.sqlalchemy_url)
    with create_app(config).app_context(), transaction():
        load_units()
        first_project()
    click.echo("The database is up to date.")
