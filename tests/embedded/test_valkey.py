"""The embedded Valkey: closed to others, and nothing lost when it is killed."""

import os
import signal

import pytest
import redis

from app.config import socket_dir
from app.embedded import processes, valkey
from app.embedded.processes import CannotRun


@pytest.fixture
def start():
    started = []

    def start(data_dir):
        started.append(valkey.start(data_dir))
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def connect():
    clients = []

    def connect(server):
        clients.append(redis.Redis.from_url(server.url))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


def test_what_was_written_survives_a_kill(tmp_path, start, connect):
    server = start(tmp_path)
    connect(server).set("owed", "7")
    os.kill(server.pid, signal.SIGKILL)
    again = start(tmp_path)
    assert again.pid != server.pid
    assert connect(again).get("owed") == b"7"


def test_a_stale_socket(tmp_path, start, connect):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "valkey.sock").write_bytes(b"")
    assert connect(start(tmp_path)).ping()


def test_nothing_listens_on_the_network(tmp_path, start, connect):
    client = connect(start(tmp_path))
    assert client.config_get("port")["port"] == "0"
    assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"
    assert socket_dir(tmp_path).stat().st_mode & 0o777 == 0o700


def test_two_copies_do_not_meet(tmp_path, start, connect):
    one, other = connect(start(tmp_path / "one")), connect(start(tmp_path / "other"))
    one.set("mine", "1")
    assert other.get("mine") is None


def test_a_data_folder_with_a_path_too_long_for_a_socket(tmp_path, start, connect):
    server = start(tmp_path / ("thôn %" * 20))
    assert connect(server).ping()


def test_a_second_server_on_the_same_folder_is_refused(tmp_path, start, connect, monkeypatch):
    first = start(tmp_path)
    monkeypatch.setattr(processes, "LAST_ONES_SECONDS", 0.1)
    with pytest.raises(CannotRun, match=f"in use by process {first.pid}"):
        valkey.start(tmp_path)
    assert connect(first).ping()
