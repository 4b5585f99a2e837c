"""The table of commands."""

import os
import subprocess
import sys
from pkgutil import resolve_name

import click
import pytest
from click.testing import CliRunner

from app.cli.main import COMMANDS, cli


@pytest.mark.parametrize("name", COMMANDS)
def test_each_entry_is_the_command_of_its_name_and_says_what_it_does(name):
    command = resolve_name(COMMANDS[name])
    assert isinstance(command, click.Command)
    assert command.name == name
    assert command.help


def test_a_setting_that_cannot_be_used_is_one_line_and_no_traceback(monkeypatch):
    monkeypatch.setenv("THONSO_PORT", "http")
    result = CliRunner().invoke(cli, ["status"])
    assert result.exit_code == 1
    assert result.output == (
        "Error: THONSO_PORT must be a port number from 1 to 65535, not 'http'\n"
    )


def test_an_unknown_command():
    assert "No such command 'rum'" in CliRunner().invoke(cli, ["rum"]).output


def test_a_command_without_its_database_is_one_line_and_no_traceback(tmp_path):
    """As a process of its own: this one has its application already."""
    settings = os.environ | {
        "THONSO_DATA": str(tmp_path),
        "DATABASE_URL": f"postgresql:///thonso?host={tmp_path}",
    }
    command = [sys.executable, "-m", "app.cli.main", "projects", "list"]
    result = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.startswith("Error: The database does not answer.")
    assert len(result.stderr.splitlines()) == 1
