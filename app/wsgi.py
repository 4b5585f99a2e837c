"""The WSGI entry point: granian serves `app.wsgi:application`."""

from app import create_app
from app.config import Config

application = create_app(Config.from_environment())
