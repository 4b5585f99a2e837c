"""Runs a command inside the application, and tells its refusals in one line."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click

AWAY_TEXT = "The database does not answer. `thonso status` says what runs, `thonso run` starts it."

P = ParamSpec("P")
R = TypeVar("R")


def with_app(command: Callable[P, R]) -> Callable[P, R]:
    """Builds the application and runs the command in its context; a refusal ends it with 1."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        import psycopg
        from sqlalchemy.exc import SQLAlchemyError

        from app import create_app
        from app.config import Config
        from app.db import close_db, is_passing
        from app.errors import Problem
        from app.xforms.problems import FormRefused

        app = create_app(Config.from_environment())
        try:
            with app.app_context():
                return command(*args, **kwargs)
        except Problem as problem:
            raise click.ClickException(str(problem)) from problem
        except FormRefused as refusal:
            raise click.ClickException("\n".join(map(str, refusal.findings))) from refusal
        except (SQLAlchemyError, psycopg.Error) as error:
            if not is_passing(error):
                raise
            raise click.ClickException(AWAY_TEXT) from error
        finally:
            close_db(app)

    return run
