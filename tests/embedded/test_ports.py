"""The web server's address: the one asked for, else the first free one."""

import contextlib
import socket

import pytest

from app.config import Config
from app.embedded import ports
from app.embedded.processes import CannotRun


@pytest.fixture
def listen(tmp_path):
    with contextlib.ExitStack() as opened:
        yield lambda **settings: opened.enter_context(
            ports.listen(Config(data_dir=tmp_path, **settings))
        )


def port(listening):
    return listening.getsockname()[1]


def test_two_copies_take_different_ports_and_keep_them(listen):
    one, other = listen(), listen()
    assert port(one) < port(other)
    with pytest.raises(CannotRun, match=f"Port {port(one)} is taken"):
        listen(port=port(one))


def test_a_port_another_program_listens_on_is_passed_over(listen):
    first = port(listen())
    with socket.create_server(("127.0.0.1", 0)) as other:
        with pytest.raises(CannotRun, match="THONSO_PORT"):
            listen(port=other.getsockname()[1])
        assert port(listen()) != first


def test_a_connection_of_a_vanished_phone_is_noticed(listen):
    listening = listen()
    with socket.create_connection(listening.getsockname()), listening.accept()[0] as accepted:
        assert accepted.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_addresses_for_this_machine_and_for_others(listen, monkeypatch):
    everywhere = listen(host="0.0.0.0")
    assert ports.local_url(everywhere) == f"http://127.0.0.1:{port(everywhere)}"
    monkeypatch.setattr(ports, "_own_address", lambda family: "192.0.2.7")
    assert ports.base_url(everywhere) == f"http://192.0.2.7:{port(everywhere)}"
    here = listen(host="localhost")
    assert ports.base_url(here) == ports.local_url(here)


def test_a_host_that_is_not_this_machine(listen):
    with pytest.raises(CannotRun, match=r"THONSO_HOST 'no\.such\.host\.invalid'"):
        listen(host="no.such.host.invalid")
    with pytest.raises(CannotRun, match=r"Cannot listen on 192\.0\.2\.1, port 8"):
        listen(host="192.0.2.1")
