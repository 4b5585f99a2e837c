"""The option `--language` of commands that say what is wrong with somebody's workbook."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

import click

R = TypeVar("R")


def in_asked_language(command: Callable[..., R]) -> Callable[..., R]:
    """Adds the option, and runs the command in the language that it names."""

    @wraps(command)
    def run(*args: object, language: str, **kwargs: object) -> R:
        from app.i18n import in_language

        with in_language(language):
            return command(*args, **kwargs)

    option = click.option(
        "--language",
        type=click.Choice(["en", "vi"]),
        default="en",
        show_default=True,
        help="Of what is wrong.",
    )
    return option(run)
