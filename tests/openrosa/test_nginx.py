"""Phones behind nginx as `docs/nginx/` sets it up: TLS that ends there, and a path in front."""

import hashlib
import http.client
import os
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests
from lxml import etree
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from app import programme
from app.accounts.actors import OPERATOR
from app.accounts.app_users import device_password
from app.drafts.make import draft_url
from tests.openrosa.certificates import make_certificates
from tests.openrosa.conftest import CONTENT_TYPE, NAMESPACES, multipart, serve, xml_part
from tests.small_forms import WELL, publish, source

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
CONFIGURATIONS = Path(__file__).parents[2] / "docs" / "nginx"
PICTURE = "ảnh (giếng) 1 &+#%?.png"


@dataclass(frozen=True)
class Site:
    """nginx with the server behind it."""

    url: str  # as phones know it
    plain: str  # the same on http, where nothing is served
    authority: Path
    logged: Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


@contextmanager
def nginx(folder: Path, configuration: str, port: int, plain: int, behind: int) -> Iterator[Path]:
    """nginx with one of the configurations, on other ports and with certificates of its own."""
    site = (CONFIGURATIONS / configuration).read_text("utf-8")
    for old, new in (
        ("listen 443 ssl", f"listen 127.0.0.1:{port} ssl"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("127.0.0.1:8000", f"127.0.0.1:{behind}"),
        ("so.example.vn;", "localhost;"),
        ("/etc/ssl/thonso", str(folder)),
        ("/var/log/nginx", str(folder)),
    ):
        site = site.replace(old, new)
    (folder / "site.conf").write_text(site)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in
        ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )  # fmt: skip
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"{user} pid {folder}/pid; error_log {folder}/error.log;"
        f" events {{}} http {{ {temporary} access_log off; include {folder}/site.conf; }}"
    )
    command = [NGINX or "", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    running = subprocess.Popen([*command, "-g", "daemon off;"], stderr=subprocess.PIPE)
    try:
        wait_for(port, running)
        yield folder / "thonso.log"
    finally:
        running.terminate()
        running.communicate(timeout=20)


def wait_for(port: int, running: subprocess.Popen[bytes]) -> None:
    """Until something listens there."""
    for _ in range(200):
        assert running.poll() is None, running.communicate()[1]
        with socket.socket() as line:
            if line.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise AssertionError("nginx does not listen")


@pytest.fixture(scope="module", params=["thonso.conf", "thonso-prefix.conf"])
def site(request, config, tmp_path_factory) -> Iterator[Site]:
    if NGINX is None and not os.environ.get("THONSO_REQUIRE_TOOLS"):
        pytest.skip("nginx is not installed")
    folder = tmp_path_factory.mktemp("nginx")
    authority = make_certificates(folder)
    port, plain = free_port(), free_port()
    url = f"https://localhost:{port}" + ("/khao-sat" if "prefix" in request.param else "")
    told = {"THONSO_PUBLIC_URL": url, "THONSO_TRUSTED_PROXIES": "127.0.0.1"}
    with (
        serve(config, **told) as server,
        nginx(folder, request.param, port, plain, server.port) as logged,
    ):
        yield Site(url, f"http://localhost:{plain}", authority, logged)


@pytest.fixture
def session(site) -> Iterator[requests.Session]:
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(site.authority)
        session.params = {"deviceID": "collect:ab12"}
        yield session


@pytest.fixture(params=["token", "Digest", "Basic"])
def base(request, site, session, phone) -> str:
    """The address that a phone was given; the session signs in as it does."""
    ways: dict[str, AuthBase] = {
        "Digest": HTTPDigestAuth(phone.app_user.username, device_password(phone.app_user)),
        "Basic": HTTPBasicAuth(phone.app_user.username, device_password(phone.app_user)),
    }
    session.auth = ways.get(request.param)
    key = f"/key/{phone.token}" if session.auth is None else ""
    return f"{site.url}/v1{key}/projects/{phone.project.id}"


def find(answer: requests.Response, path: str) -> list[str]:
    return etree.fromstring(answer.content).xpath(path, namespaces=NAMESPACES)


def test_a_phone_gets_its_forms_and_sends(base, session, phone, interview):
    publish(phone.project, WELL.replace("dug.png", PICTURE).replace("| well    |", "| a b/ç:1 |"),
            **{PICTURE.replace(".png", "_png"): b"png"})  # fmt: skip

    listed = session.get(f"{base}/formList")
    assert find(listed, "//f:formID/text()") == ["a b/ç:1", "well"]
    for form in etree.fromstring(listed.content):
        url, manifest, told = (
            form.xpath(f"string(f:{part})", namespaces=NAMESPACES)
            for part in ("downloadUrl", "manifestUrl", "hash")
        )
        assert url.startswith(f"{base}/forms/")
        assert hashlib.md5(session.get(url).content).hexdigest() == told.removeprefix("md5:")
        for address in find(session.get(manifest), "//m:downloadUrl/text()"):
            assert address.startswith(f"{base}/forms/")
            assert session.get(address).status_code == 200

    body = multipart(xml_part(interview()), ("p.jpg", "p.jpg", b"x" * 2_000_000, "image/jpeg"))
    assert session.head(f"{base}/submission").status_code == 204
    sent = session.post(f"{base}/submission", data=body, headers={"Content-Type": CONTENT_TYPE})
    assert sent.status_code == 201


def test_a_tester_gets_a_draft_and_sends(site, session, phone):
    draft = programme.save_draft(phone.project.id, source(dug_png=b"png"), OPERATOR)
    base = draft_url(draft, site.url)

    listed = session.get(f"{base}/formList")
    (form, manifest), [told] = (
        find(listed, "//f:downloadUrl/text() | //f:manifestUrl/text()"),
        find(listed, "//f:hash/text()"),
    )
    assert hashlib.md5(session.get(form).content).hexdigest() == told.removeprefix("md5:")
    files = find(session.get(manifest), "//m:downloadUrl/text()")
    for address in (form, manifest, *files):
        assert address.startswith(f"{base}/")
        assert session.get(address).status_code == 200


def test_a_stranger_is_asked_for_digest_first_and_basic_too(site, session, phone):
    answer = session.get(f"{site.url}/v1/projects/{phone.project.id}/formList")

    assert answer.status_code == 401
    lines = answer.raw.headers.getlist("WWW-Authenticate")
    assert [line.split()[0] for line in lines] == ["Digest", "Digest", "Basic"]


def test_an_unchanged_list_is_304_through_the_proxy(site, session, phone):
    publish(phone.project)
    url = f"{site.url}/v1/key/{phone.token}/projects/{phone.project.id}/formList"
    first = session.get(url)

    again = session.get(url, headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")
    assert first.headers["Content-Encoding"] == "gzip"
    assert first.headers["Cache-Control"] == "private, no-cache"


def test_what_the_proxy_refuses_is_told_as_phones_read_it(site, phone):
    address = urlsplit(f"{site.url}/v1/key/{phone.token}/projects/{phone.project.id}/submission")
    trusted = ssl.create_default_context(cafile=str(site.authority))
    line = http.client.HTTPSConnection(address.netloc, timeout=60, context=trusted)
    with closing(line):
        line.putrequest("POST", address.path)
        line.putheader("Content-Length", str(3 * 1024**3))
        line.endheaders()
        answer = line.getresponse()
        root = etree.fromstring(answer.read())

    assert answer.status == 413
    assert answer.headers["X-OpenRosa-Version"] == "1.0"
    assert "quá lớn" in root.findtext("r:message", namespaces=NAMESPACES)


def test_pages_lead_to_each_other(site, session):
    page = session.get(f"{site.url}/sign-in")

    assert page.status_code == 200
    for address in etree.HTML(page.text).xpath("//link/@href | //script/@src | //form/@action"):
        found = session.get(f"{site.url.removesuffix('/khao-sat')}{address}")
        assert found.status_code in {200, 405}, address
    assert session.get(f"{site.url}/").url.startswith(site.url)


def test_tokens_stay_out_of_the_logs(site, session, phone):
    session.get(f"{site.url}/v1/key/{phone.token}/projects/{phone.project.id}/formList")

    logged = logged_about(site, f"/projects/{phone.project.id}/formList")
    assert phone.token not in logged


def logged_about(site: Site, address: str) -> str:
    """The log, once the request for an address is in it: nginx writes after it has answered."""
    until = time.monotonic() + 10
    while address not in (logged := site.logged.read_text("utf-8")):
        assert time.monotonic() < until, logged
        time.sleep(0.02)
    return logged


@pytest.mark.parametrize("site", ["thonso.conf"], indirect=True)
def test_what_comes_on_http_is_refused_and_not_redirected(site, session, phone):
    url = f"{site.plain}/v1/key/{phone.token}/projects/{phone.project.id}/submission"

    answer = session.post(url, data=b"x" * 100_000)

    assert answer.status_code == 403
    assert answer.history == []
    assert "https" in find(answer, "string(//r:message)")
