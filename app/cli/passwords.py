"""How a command is told a password: typed twice, from standard input, or drawn for the person."""

import sys
from collections.abc import Callable
from typing import Any

import click


def password_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options; `ask_password` reads what they say."""
    from_stdin = click.option(
        "--password-stdin", is_flag=True, help="Read the password from the first line of input."
    )
    generated = click.option("--generate", is_flag=True, help="Draw a password and print it.")
    return from_stdin(generated(command))


def ask_password(*, password_stdin: bool, generate: bool) -> str:
    """The password that the operator wants the account to have."""
    from app.accounts.passwords import generate_password

    if generate:
        password = generate_password()
        click.echo(f"Password: {password}")
        return password
    if password_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
