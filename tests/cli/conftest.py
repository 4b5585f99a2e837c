"""The thonso command as an operator types it, on the application of the tests."""

import shlex
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result
from flask import Flask

from app.cli.main import cli


@pytest.fixture
def thonso(app: Flask, monkeypatch, tmp_path) -> Callable[..., Result]:
    """Runs a command: `thonso("users list")`; what stands in quotes is one word.

    The command has a session of its own: what a test made before is seen once it is committed.
    """
    monkeypatch.setenv("THONSO_DATA", str(tmp_path))
    monkeypatch.setattr("app.create_app", lambda _: app)
    monkeypatch.setattr("app.db.close_db", lambda _: None)

    def run(line: str, input: str | None = None) -> Result:  # noqa: A002 - click's word
        return CliRunner().invoke(cli, shlex.split(line), input, catch_exceptions=False)

    return run
