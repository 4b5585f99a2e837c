"""Signing in on a real socket before the real server, with a client that is not ours."""

import hashlib
import hmac
import http.client
import os
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import pytest
import requests
from requests.auth import HTTPBasicAuth, HTTPDigestAuth

from app.accounts.app_users import device_password
from app.openrosa.digest import NONCE_LIFE
from tests.openrosa.conftest import CONTENT_TYPE, NAMESPACES, etree, multipart, xml_part
from tests.openrosa.signing import digest
from tests.small_forms import WELL, publish

DEVICE = {"deviceID": "collect:ab12"}  # on the wire `collect%3Aab12`


@pytest.fixture
def base(server, phone) -> str:
    return f"http://{server.host}:{server.port}/v1/projects/{phone.project.id}"


@pytest.fixture
def named(phone) -> Iterator[requests.Session]:
    """A phone that signs in with Digest."""
    with requests.Session() as session:
        session.trust_env = False
        session.auth = HTTPDigestAuth(phone.app_user.username, device_password(phone.app_user))
        session.params = DEVICE
        yield session


def test_a_phone_signs_in_once_and_works(named, base, interview):
    head = named.head(f"{base}/submission")
    assert head.status_code == 204
    assert head.history[0].status_code == 401

    body = multipart(xml_part(interview()), ("p.jpg", "p.jpg", b"x" * 70_000, "image/jpeg"))
    for _ in range(2):
        sent = named.post(f"{base}/submission", data=body, headers={"Content-Type": CONTENT_TYPE})
        assert sent.status_code == 201
        assert sent.history == []  # one nonce, counted on


def test_every_listed_address_is_found_as_it_is_written(named, base, phone):
    publish(phone.project, WELL.replace("dug.png", "ảnh (giếng) 1 &+#?.png"),
            **{"ảnh (giếng) 1 &+#?_png": b"png"})  # fmt: skip

    def listed(address, path):
        answer = named.get(address)
        assert answer.status_code == 200, address
        return etree.fromstring(answer.content).xpath(path, namespaces=NAMESPACES)

    (manifest,) = listed(f"{base}/formList", "//f:manifestUrl/text()")
    files = listed(manifest, "//m:downloadUrl/text()")
    assert len(files) == 3
    assert all(address.startswith(f"{base}/forms/") for address in files)
    contents = [named.get(address) for address in files]
    assert {answer.status_code for answer in contents} == {200}
    assert b"png" in [answer.content for answer in contents]


def test_the_challenges_come_line_by_line(server, base):
    head = raw(server, f"HEAD {urlsplit(base).path}/submission?deviceID=x HTTP/1.1\r\n").lower()

    assert head.startswith(b"http/1.1 401 ")
    assert head.count(b"\r\nwww-authenticate: digest ") == 2
    assert b"basic" not in head


@pytest.mark.parametrize("forwarded", [{}, {"X-Forwarded-Proto": "https"}])
def test_basic_is_refused_where_the_line_is_open(named, base, phone, forwarded):
    named.auth = HTTPBasicAuth(phone.app_user.username, device_password(phone.app_user))

    assert named.get(f"{base}/formList", headers=forwarded).status_code == 401


def test_a_stranger_with_much_to_send_is_heard_out(base):
    address = urlsplit(base)
    with closing(http.client.HTTPConnection(address.netloc, timeout=60)) as line:
        line.request("POST", f"{address.path}/submission", os.urandom(20_000_000))
        answer = line.getresponse()
        assert answer.status == 401
        assert b"OpenRosaResponse" in answer.read()
        line.request("HEAD", f"{address.path}/submission")  # the line is still good
        assert line.getresponse().status == 401


def test_an_old_nonce_is_called_stale_and_tried_again(named, base, phone, config):
    stamp = f"{int(time.time()) - NONCE_LIFE - 10:x}"
    seal = hmac.new(config.secret_key.encode(), f"digest-nonce:{stamp}".encode(), hashlib.sha256)
    nonce = f"{stamp}.{seal.hexdigest()[:32]}"
    uri = f"{urlsplit(base).path}/formList?deviceID=collect%3Aab12"
    password = device_password(phone.app_user)
    parts = {"realm": "Thon So", "nonce": nonce, "algorithm": "MD5"}
    header = digest(phone.app_user.username, password, "GET", uri, **parts)

    answer = requests.get(f"{base}/formList", params=DEVICE, headers={"Authorization": header})
    assert answer.status_code == 401
    assert "stale=true" in answer.headers["WWW-Authenticate"]
    assert named.get(f"{base}/formList").status_code == 200


@pytest.mark.parametrize(
    "header",
    [b"Digest \xff\xfe", b'Digest username="\xe1\xba\xa3"',
     b"Basic \xe9", b"\xff", b"Digest a=b" * 999],
)  # fmt: skip
@pytest.mark.parametrize("tail", ["formList?x=%FF", "formList?\u1ea3", "form%FFList", "f\u1ea3"])
def test_odd_bytes_are_no_fault(server, base, header, tail):
    line = f"GET {urlsplit(base).path}/{tail} HTTP/1.1\r\n"

    answer = raw(server, line, b"Authorization: " + header + b"\r\n")

    assert answer[:13] in {b"HTTP/1.1 400 ", b"HTTP/1.1 401 ", b"HTTP/1.1 404 ", b"HTTP/1.1 431 "}


def raw(server, line: str, headers: bytes = b"") -> bytes:
    """The whole answer to a request written by hand."""
    with socket.create_connection((server.host, server.port), timeout=30) as connection:
        head = line.encode() + b"Host: x\r\nConnection: close\r\n" + headers + b"\r\n"
        connection.sendall(head)
        return b"".join(iter(lambda: connection.recv(65536), b""))
