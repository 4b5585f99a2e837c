"""Uploads that stall: their connection is ended; too many at once are refused with 503."""

import socket
import threading
import time

import pytest

from app.openrosa import patience
from app.openrosa.patience import Crowded, end_silent, taking_in
from tests.openrosa.conftest import xml_part

needs_linux = pytest.mark.skipif(
    not hasattr(socket, "TCP_INFO"), reason="the kernel does not tell how connections fare"
)


@pytest.fixture
def pair():
    """Both ends of a connection of this process: the phone's and the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        phone = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
        with phone, server:
            yield phone, server


@needs_linux
def test_a_body_that_stops_coming_is_ended_and_its_reader_goes_on(pair):
    phone, server = pair
    phone.sendall(b"POST / HTTP/1.1\r\nContent-Length: 99\r\n\r\nhalf of it")
    assert server.recv(1000)
    read = []
    reader = threading.Thread(target=lambda: read.append(server.recv(1000)))
    reader.start()
    assert end_silent(3600, 9) == 0  # patient
    assert wait_for(lambda: server_is_silent(server, 0.05))
    assert end_silent(0.05, 9) >= 1
    reader.join(10)
    assert read == [b""]


@needs_linux
def test_between_two_requests_a_connection_may_be_silent(pair):
    phone, server = pair
    phone.sendall(b"GET / HTTP/1.1\r\n\r\n")
    assert server.recv(1000)
    assert wait_for(lambda: server_is_silent(server, 0.05))
    server.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
    assert wait_for(lambda: server_is_silent(server, 0.05))
    assert not patience.Connection.of(server.fileno()).is_asking


def test_large_uploads_leave_room_for_small_ones():
    hands = [taking_in(10 * patience.LARGE) for _ in range(patience.MOST_LARGE)]
    for hand in hands:
        hand.__enter__()
    try:
        with pytest.raises(Crowded), taking_in(None):
            pass
        with taking_in(3000):
            pass
    finally:
        for hand in hands:
            hand.__exit__(None, None, None)
    with taking_in(10 * patience.LARGE):
        pass


def test_a_refusal_says_when_to_come_again(phone, interview, monkeypatch):
    monkeypatch.setattr(patience, "MOST_AT_ONCE", 0)
    answer = phone.send(xml_part(interview()))
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    monkeypatch.undo()
    assert phone.send(xml_part(interview())).status_code == 201


def server_is_silent(server, seconds):
    found = patience.Connection.of(server.fileno())
    return found is not None and found.silent > seconds


def wait_for(condition, seconds=10):
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.02)
    return condition()
