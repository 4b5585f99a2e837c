"""Thôn Số: the one place where the parts are put together; nothing imports from here but starts."""

from collections.abc import Sequence
from importlib import import_module

from flask import Flask, Request
from flask.sessions import SessionInterface

from app.config import Config

DOORS = (
    "app.openrosa.views",
    "app.openrosa.drafts",
    "app.openrosa.briefcase",
    "app.api.blueprint",
    "app.pages.blueprint",
)


class NoSession(SessionInterface):
    """Nobody uses Flask's own sessions; opening one at every request costs time."""

    def open_session(self, app: Flask, request: Request) -> None:
        """Open none."""


def create_app(config: Config, doors: Sequence[str] = DOORS) -> Flask:
    """The application over one database, one queue and one data folder; workers need no doors."""
    from app.db import init_db
    from app.proxies import BehindProxies
    from app.queue import init_queue
    from app.schema import import_models
    from app.storage.blobs import use_folder

    app = Flask(__name__, static_folder=None)
    app.session_interface = NoSession()
    app.config["SECRET_KEY"] = config.secret_key
    app.config["THONSO"] = config
    import_models()
    init_db(app, sqlalchemy_url=config.sqlalchemy_url, conninfo=config.conninfo)
    init_queue(app, config.queue_url)
    use_folder(config.blobs_dir)
    for door in doors:
        import_module(door).register(app)
    if config.public_url or config.trusted_proxies:
        proxied = BehindProxies(app.wsgi_app, config.public_url, config.trusted_proxies)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    return app
