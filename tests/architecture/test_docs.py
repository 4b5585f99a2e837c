"""What operators can type and set stands in the documentation; what it links to exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from app.cli.main import cli

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "forms" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
TEXT = "\n".join(page.read_text("utf-8") for page in PAGES)
SETTING = re.compile(r"os\.environ(?:\.get)?[\[(]\"(\w+)\"")
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")


def commands(group: click.Group, name: str) -> Iterator[str]:
    """Every command below a group, as it is typed."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        if isinstance(command, click.Group):
            yield from commands(command, f"{name} {word}")
        else:
            yield f"{name} {word}"


def settings() -> set[str]:
    """Every variable of the environment that the programme reads."""
    return {
        name for path in (ROOT / "app").rglob("*.py") for name in SETTING.findall(path.read_text())
    }


@pytest.mark.parametrize("command", sorted(commands(cli, "thonso")))
def test_every_command_is_documented(command):
    assert command in TEXT


@pytest.mark.parametrize("setting", sorted(settings()))
def test_every_setting_is_documented(setting):
    assert setting in TEXT


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target
