"""Proxies in front: TLS that ended there, and a path below which we are.

A header can be written by anybody, so `X-Forwarded-Proto` is believed only when it comes from an
address that the operator named (`THONSO_TRUSTED_PROXIES`). Host and path of what phones and
browsers are told come from `THONSO_PUBLIC_URL`, or from the request itself, never from a header
about forwarding (ADR 14).
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_address
from typing import Any
from urllib.parse import urlsplit

Environ = dict[str, Any]
Application = Callable[[Environ, Any], Iterable[bytes]]


class BehindProxies:
    """A WSGI application that knows how it is reached from outside."""

    def __init__(
        self,
        application: Application,
        public_url: str | None,
        trusted: Sequence[IPv4Network | IPv6Network],
    ) -> None:
        self._application = application
        self._prefix = urlsplit(public_url or "").path.rstrip("/")
        self._is_trusted = lru_cache(maxsize=256)(lambda address: _lies_in(address, trusted))

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        scheme = environ.get("HTTP_X_FORWARDED_PROTO")
        if scheme in {"http", "https"} and self._is_trusted(environ.get("REMOTE_ADDR", "")):
            environ["wsgi.url_scheme"] = scheme
        if self._prefix:
            path: str = environ["PATH_INFO"]
            environ["SCRIPT_NAME"] = self._prefix
            # Some proxies take the path off, others leave it on.
            if path == self._prefix or path.startswith(f"{self._prefix}/"):
                environ["PATH_INFO"] = path[len(self._prefix) :] or "/"
        return self._application(environ, start_response)


def _lies_in(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    try:
        return any(ip_address(address) in network for network in networks)
    except ValueError:  # a Unix socket has no address
        return False
