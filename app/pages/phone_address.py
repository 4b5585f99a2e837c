"""The server's address as phones reach it, for the codes that pages show."""

from urllib.parse import urlsplit

from flask import current_app, request

from app.accounts.phone_settings import leads_home
from app.embedded.ports import reachable_url


def phone_base() -> str:
    """The public address, else the one of this request.

    Who sits at the server itself comes by an address that leads a phone nowhere; then it is the
    machine's own in the local network, where the server listens there.
    """
    config = current_app.config["THONSO"]
    base: str = config.public_url or request.host_url.rstrip("/")
    if leads_home(base):
        base = reachable_url(config.host, urlsplit(base).port or 80)
    return base
