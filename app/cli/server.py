"""`thonso run`, `stop` and `status`: the installation of a data folder, in the background."""

import sys

import click

from app.cli.context import with_app
from app.config import Config
from app.embedded import daemon, state

FOLLOWER = "app.demo.state:follow"  # keeps demo.json true, where there is one


@click.command()
def run() -> None:
    """Start everything in the background and print the address."""
    config = Config.from_environment()
    now = daemon.start(config, hook=FOLLOWER)
    click.echo(f"Thôn Số is running at {config.public_url or now['base_url']}")
    click.echo(f"Data: {now['data_dir']}   Stop it with: thonso stop")
    _greet_the_first()


@with_app
def _greet_the_first() -> None:
    from app.accounts.users import list_users

    if not list_users():
        click.echo("There is no account yet. Make the first administrator, for a province:")
        click.echo("    thonso users create-admin NAME --province CODE")


@click.command()
def stop() -> None:
    """Stop everything that runs on the data folder."""
    data_dir = Config.from_environment().data_dir
    click.echo("Stopped." if daemon.stop(data_dir) else f"Nothing runs on {data_dir}.")


@click.command()
def status() -> None:
    """Show what runs; exit code 0 when all is up, 1 when not."""
    data_dir = Config.from_environment().data_dir
    now = state.read(data_dir)
    if now is None:
        click.echo(f"Nothing runs on {data_dir}.")
        sys.exit(1)
    click.echo(f"{now['base_url']}   {now['data_dir']}   since {now['started_at']}")
    for name, fares in now["children"].items():
        pid = f"process {now[name]}" if now.get(name) else ""
        again = f"started {fares['starts']} times, last end: {fares['last_end']}"
        click.echo(f"{name:9}{fares['state']:9}{pid:16}{again if fares['last_end'] else ''}")
    sys.exit(0 if now["ready"] else 1)
