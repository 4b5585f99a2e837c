"""Which address and port the web server takes."""

import contextlib
import errno
import ipaddress
import socket

from app.config import Config
from app.embedded.processes import CannotRun

FIRST, LAST = 8000, 8099
BACKLOG = 2048
# A phone that vanished while it sent is noticed after two minutes.
KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}


def listen(config: Config) -> socket.socket:
    """Open the listening socket: on the port of the settings, else on the first free one."""
    address = _numeric(config.host)
    for port in [config.port] if config.port else range(FIRST, LAST + 1):
        try:
            return _open(address, port)
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise CannotRun(f"Cannot listen on {config.host}, port {port}: {problem}") from None
    if config.port:
        raise CannotRun(f"Port {config.port} is taken; choose another with THONSO_PORT.")
    raise CannotRun(f"Ports {FIRST} to {LAST} are taken; choose one with THONSO_PORT.")


def local_url(listening: socket.socket) -> str:
    """Where the server answers on this machine."""
    address, port = listening.getsockname()[:2]
    loopback = "::1" if ":" in address else "127.0.0.1"
    return _url(loopback if ipaddress.ip_address(address).is_unspecified else address, port)


def base_url(listening: socket.socket) -> str:
    """Where others reach it: the machine's own address when it listens on all of them."""
    return reachable_url(*listening.getsockname()[:2])


def reachable_url(host: str, port: int) -> str:
    """The same for a host of the settings, which may be a name."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - nothing listens here
        host = _own_address(socket.AF_INET6 if ":" in host else socket.AF_INET)
    return _url(host, port)


def _open(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listening = socket.create_server((address, port), family=family, backlog=BACKLOG)
    # Connections inherit both. An answer in two segments would else wait 40 ms for the phone's
    # acknowledgement of the first.
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEPALIVE.items():
        if hasattr(socket, option):
            listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), value)
    return listening


def _url(address: str, port: int) -> str:
    return f"http://[{address}]:{port}" if ":" in address else f"http://{address}:{port}"


def _numeric(host: str) -> str:
    try:
        return str(socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)[0][4][0])
    except OSError as problem:
        raise CannotRun(f"THONSO_HOST {host!r} is no address of this machine: {problem}") from None


def _own_address(family: int) -> str:
    # Nothing is sent: connecting a datagram socket only chooses the way out.
    six = family == socket.AF_INET6
    with contextlib.closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
        try:
            probe.connect(("2001:db8::1" if six else "192.0.2.1", 9))
        except OSError:  # no network
            return "::1" if six else "127.0.0.1"
        return str(probe.getsockname()[0])
