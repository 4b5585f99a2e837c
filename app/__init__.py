"""Thôn Số: the one place where the parts are put together; nothing imports from here but starts."""

from importlib import import_module

from flask import Flask

from app.config import Config

DOORS = ("app.openrosa.views", "app.api.blueprint", "app.pages.blueprint")


def create_app(config: Config) -> Flask:
    """The application over one database, one queue and one data folder."""
    from app.db import init_db
    from app.queue import init_queue
    from app.schema import import_models
    from app.storage.blobs import use_folder

    app = Flask(__name__, static_folder=None)
    app.config["SECRET_KEY"] = config.secret_key
    app.config["THONSO"] = config
    import_models()
    init_db(app, sqlalchemy_url=config.sqlalchemy_url, conninfo=config.conninfo)
    init_queue(app, config.queue_url)
    use_folder(config.blobs_dir)
    for door in DOORS:
        import_module(door).register(app)
    return app
