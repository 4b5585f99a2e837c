"""Bytes on a real socket before the real server: what a phone sees when something goes wrong."""

import http.client
import os
import re
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from app.db import db
from app.submissions.models import Instance, ParkedUpload
from tests.openrosa.conftest import CONTENT_TYPE, Server, find, multipart, xml_part
from tests.small_forms import WELL, publish


@pytest.fixture
def line(server) -> Iterator[http.client.HTTPConnection]:
    with closing(http.client.HTTPConnection(server.host, server.port, timeout=60)) as connection:
        yield connection


def post(line, phone, body, **headers):
    address = f"{phone.base}/submission?deviceID=x"
    line.request("POST", address, body, {"Content-Type": CONTENT_TYPE} | headers)
    return line.getresponse()


def stored() -> int:
    db.session.rollback()
    return len(db.session.scalars(select(Instance)).all())


def left_in(blobs: Path) -> list[Path]:
    return list((blobs / "incoming").iterdir())


def raw_post(server, phone, body: bytes, length: int) -> bytes:
    """Sends a body that is shorter than announced, then hangs up half-way; the whole answer."""
    with socket.create_connection((server.host, server.port), timeout=60) as line:
        head = f"POST {phone.base}/submission HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n"
        line.sendall(f"{head}Content-Type: {CONTENT_TYPE}\r\n\r\n".encode() + body)
        line.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: line.recv(65536), b""))


def test_a_phone_sends_and_gets_its_answer(line, phone, interview):
    answer = post(line, phone, multipart(xml_part(interview())))

    assert answer.status == 201
    assert b"full submission upload was successful!" in answer.read()
    for name in ("X-OpenRosa-Version", "Date", "Content-Type", "Cache-Control"):
        assert len(answer.headers.get_all(name)) == 1
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert stored() == 1


def test_head_is_204_without_a_body_and_the_line_stays_open(line, phone):
    for _ in range(2):
        line.request("HEAD", f"{phone.base}/submission?deviceID=x")
        answer = line.getresponse()
        assert (answer.status, answer.read()) == (204, b"")
        assert answer.headers["X-OpenRosa-Accept-Content-Length"].isdigit()


def test_a_chunked_body_is_taken(line, phone, interview):
    body = multipart(xml_part(interview()))
    pieces = (body[start : start + 50] for start in range(0, len(body), 50))

    assert post(line, phone, pieces).status == 201  # http.client writes it chunked


@pytest.mark.parametrize("sent", [0, 10, 100, 300, 900])
def test_a_line_that_breaks_leaves_nothing_behind(server, phone, interview, blobs, sent):
    body = multipart(xml_part(interview()), ("p.jpg", "p.jpg", b"x" * 2000, "image/jpeg"))

    answer = raw_post(server, phone, body[:sent], len(body))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"OpenRosaResponse" in answer
    assert stored() == 0
    assert db.session.scalars(select(ParkedUpload)).all() == []
    assert left_in(blobs) == []


def test_a_body_shorter_than_announced_is_cut_off_even_if_it_looks_whole(server, phone, interview):
    body = multipart(xml_part(interview()))

    assert raw_post(server, phone, body, len(body) + 1).startswith(b"HTTP/1.1 400 ")
    assert stored() == 0


def test_a_stranger_with_much_to_send_is_heard_out(line, phone, interview, blobs):
    phone.token = "stranger"
    photo = ("p.jpg", "p.jpg", os.urandom(20_000_000), "image/jpeg")

    answer = post(line, phone, multipart(xml_part(interview()), photo))

    assert answer.status == 403
    assert b"OpenRosaResponse" in answer.read()
    assert left_in(blobs) == []
    line.request("HEAD", f"{phone.base}/submission?deviceID=x")  # the line is still good
    assert line.getresponse().status == 403


def test_a_body_that_is_no_multipart_is_heard_out(line, phone):
    answer = post(line, phone, b"x" * 20_000_000)

    assert answer.status == 400
    assert b"OpenRosaResponse" in answer.read()


def test_what_is_sent_to_no_address_is_heard_out(line, phone):
    line.request("POST", f"{phone.base}/nothing", b"x" * 20_000_000)
    answer = line.getresponse()

    assert answer.status == 404
    assert b"OpenRosaResponse" in answer.read()


def peak_memory(server: Server) -> int:
    """The largest peak of the server's processes, in kB."""
    workers = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    assert workers
    peaks = [Path(f"/proc/{pid}/status").read_text() for pid in [server.pid, *workers]]
    return max(int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) for status in peaks)


def test_a_long_video_is_not_held_in_memory(server, line, phone, interview, blobs):
    before = peak_memory(server)
    start, end = multipart(xml_part(interview()), ("v", "v", b"VIDEO", None)).split(b"VIDEO")
    size, piece = 300, bytes(1_000_000)

    def body():
        yield start
        yield from (piece for _ in range(size))
        yield end

    length = str(len(start) + size * len(piece) + len(end))
    assert post(line, phone, body(), **{"Content-Length": length}).status == 201
    assert peak_memory(server) - before < 50_000
    (video,) = (path for path in blobs.rglob("*") if path.is_file() and path.stat().st_size > 1e8)
    assert video.stat().st_size == size * len(piece)
    video.unlink()


def test_every_listed_address_is_found_as_it_is_written(line, phone, blobs):
    publish(phone.project, WELL.replace("dug.png", "ảnh (giếng) 1 &+#?.png"),
            **{"ảnh (giếng) 1 &+#?_png": b"png"})  # fmt: skip
    (manifest,) = find(phone.get("/formList"), "//f:manifestUrl/text()")

    def get(address):
        parts = urlsplit(address)
        line.request("GET", f"{parts.path}?deviceID=x")
        answer = line.getresponse()
        return answer.status, answer.read()

    assert get(manifest)[0] == 200
    addresses = find(phone.get(manifest), "//m:downloadUrl/text()")
    assert len(addresses) == 3
    assert {get(address)[0] for address in addresses} == {200}
    assert (200, b"png") in [get(address) for address in addresses]


def test_a_slow_phone_is_waited_for(server, phone, interview):
    body = multipart(xml_part(interview()))
    with socket.create_connection((server.host, server.port), timeout=60) as line:
        head = f"POST {phone.base}/submission HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        line.sendall(
            f"{head}Content-Length: {len(body)}\r\nContent-Type: {CONTENT_TYPE}\r\n\r\n".encode()
        )
        for start in range(0, len(body), 200):
            line.sendall(body[start : start + 200])
            time.sleep(0.02)
        assert line.recv(65536).startswith(b"HTTP/1.1 201 ")
