"""Thôn Số: the one place where the parts are put together; nothing imports from here but starts."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from app.config import Config

if TYPE_CHECKING:  # whatever imports from `app` imports this; the supervisor can do without Flask
    from flask import Flask

DOORS = (
    "app.openrosa.views",
    "app.openrosa.drafts",
    "app.openrosa.briefcase",
    "app.api.blueprint",
    "app.pages.blueprint",
)


def create_app(config: Config, doors: Sequence[str] = DOORS) -> "Flask":
    """The application over one database, one queue and one data folder; workers need no doors."""
    from flask import Flask

    from app.db import init_db
    from app.extensions import NoSession
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
