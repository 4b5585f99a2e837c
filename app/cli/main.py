"""The `thonso` command; each subcommand's module is imported only when it is called."""

from pkgutil import resolve_name
from typing import Any

import click

from app.config import ConfigError
from app.embedded.processes import CannotRun

COMMANDS = {
    "demo": "app.cli.demo:demo",
    "run": "app.cli.server:run",
    "stop": "app.cli.server:stop",
    "status": "app.cli.server:status",
    "forms": "app.cli.forms:forms",
    "submissions": "app.cli.submissions:submissions",
    "units": "app.cli.units:units",
    "projects": "app.cli.projects:projects",
    "users": "app.cli.users:users",
    "rounds": "app.cli.rounds:rounds",
    "samples": "app.cli.samples:samples",
    "households": "app.cli.households:households",
    "entities": "app.cli.entities:entities",
    "assignments": "app.cli.assignments:assignments",
    "stats": "app.cli.stats:stats",
    "figures": "app.cli.figures:figures",
    "scorecards": "app.cli.scorecards:scorecards",
    "cards": "app.cli.cards:cards",
    "counts": "app.cli.counts:counts",
    "parked": "app.cli.parked:parked",
    "queue": "app.cli.queue:queue",
    "trash": "app.cli.trash:trash",
    "db": "app.cli.db:db",
    "worker": "app.jobs.command:worker",
}


class Lazy(click.Group):
    """A group whose commands are found in a table by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names in the order of the table."""
        return [*COMMANDS, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command's module."""
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        command: click.Command = resolve_name(COMMANDS[cmd_name])
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Say what an operator can mend in one line, without a traceback."""
        try:
            return super().invoke(ctx)
        except (ConfigError, CannotRun) as problem:
            raise click.ClickException(str(problem)) from problem


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Thôn Số: surveys of the digital village."""


if __name__ == "__main__":
    cli(prog_name="thonso")
