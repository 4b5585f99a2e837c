"""The addresses that clients are told: whole ones, under the host by which they came.

To another host they would not sign in.
"""

from typing import Any

from flask import current_app, request, url_for


def own_base() -> str:
    """Scheme and host, and what a proxy puts before our paths."""
    return base_of(request.scheme, request.host)


def base_of(scheme: str, host: str) -> str:
    """The same of a request that came so."""
    public_url: str | None = current_app.config["THONSO"].public_url
    return public_url or f"{scheme}://{host}"


def own_url(view: str, **parts: Any) -> str:
    """The address of a view of the same blueprint; `url_for` knows what a proxy puts before it."""
    return f"{own_base().removesuffix(request.script_root)}{url_for(f'.{view}', **parts)}"
