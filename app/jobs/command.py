"""`thonso worker`: runs the queue's jobs in the foreground."""

import click


@click.command()
def worker() -> None:
    """Process what the phones sent, until stopped."""
    from app import create_app
    from app.config import Config
    from app.jobs.worker import work

    config = Config.from_environment()
    work(create_app(config, doors=()), config.queue_url)
