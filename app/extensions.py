"""What hangs on the running application besides the database: its secret key."""

from flask import current_app


def secret_key() -> bytes:
    """The installation's secret key, from which other secrets are derived."""
    return str(current_app.config["SECRET_KEY"]).encode()
