"""A phone with its forms, a server to speak to, and a reader of the answers it gives."""

import os
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from app.accounts.app_users import app_user_token
from app.accounts.models import AppUser
from app.config import Config
from app.db import init_db, transaction
from app.openrosa.views import register
from app.org_units.models import OrgUnit
from app.projects.models import Project
from app.storage.blobs import use_folder
from tests import people
from tests.small_forms import publish

NAMESPACES = {
    "f": "http://openrosa.org/xforms/xformsList",
    "m": "http://openrosa.org/xforms/xformsManifest",
    "r": "http://openrosa.org/http/response",
}


@dataclass
class Phone:
    """A surveyor's phone: it knows one address, and adds its device's name to everything."""

    client: FlaskClient
    project: Project
    app_user: AppUser
    token: str

    @property
    def base(self) -> str:
        return f"/v1/key/{self.token}/projects/{self.project.id}"

    def get(self, address: str, **headers: str) -> TestResponse:
        """A path below the project's address, or an address from a list."""
        path = address if address.startswith("http") else self.base + address
        sign = "&" if "?" in path else "?"
        headers = {"X-OpenRosa-Version": "1.0"} | headers
        path = f"{path}{sign}deviceID=collect%3Aab12"
        return self.client.get(path, headers=headers, buffered=True)

    def post(self, body: bytes, content_type: str, **options: Any) -> TestResponse:
        """A submission's POST with this body."""
        path = f"{self.base}/submission?deviceID=collect%3Aab12"
        return self.client.post(path, data=body, content_type=content_type, **options)

    def send(self, *parts: tuple[str, str | None, bytes, str | None]) -> TestResponse:
        """A submission's POST with these parts: name, file name, content, content type."""
        return self.post(multipart(*parts), CONTENT_TYPE)


BOUNDARY = "5f0c9b4e-boundary"
CONTENT_TYPE = f"multipart/form-data; boundary={BOUNDARY}"


def multipart(*parts: tuple[str, str | None, bytes, str | None]) -> bytes:
    """A body as OkHttp writes it: names in raw UTF-8, with `"` and line ends percent-encoded."""
    body = b""
    for name, filename, content, kind in parts:
        heading = f'Content-Disposition: form-data; name="{_quoted(name)}"'
        if filename is not None:
            heading += f'; filename="{_quoted(filename)}"'
        if kind is not None:
            heading += f"\r\nContent-Type: {kind}"
        body += f"--{BOUNDARY}\r\n{heading}\r\n\r\n".encode() + content + b"\r\n"
    return body + f"--{BOUNDARY}--\r\n".encode()


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def xml_part(xml: bytes) -> tuple[str, str | None, bytes, str | None]:
    """The part that has the interview."""
    return ("xml_submission_file", "Giếng nước 2026.xml", xml, "text/xml")


def find(response: TestResponse, path: str) -> list[Any]:
    """What an XPath finds in an answer."""
    return etree.fromstring(response.data).xpath(path, namespaces=NAMESPACES)


def message(response: TestResponse) -> str:
    """The text that Collect would show: of the first element called exactly `message`."""
    assert b"OpenRosaResponse" in response.data
    return find(response, "string(/r:OpenRosaResponse/r:message[not(contains(name(), ':'))])")


@pytest.fixture(autouse=True)
def blobs(app) -> Iterator[Path]:
    """The folder of files, empty."""
    folder: Path = app.config["THONSO"].blobs_dir
    shutil.rmtree(folder)
    use_folder(folder)
    yield folder
    use_folder(folder)


@pytest.fixture
def project(app) -> Project:
    with transaction():
        return people.project()


@pytest.fixture
def village(project) -> OrgUnit:
    with transaction():
        return people.village()


@pytest.fixture
def cut_off(app, phone) -> Iterator[Phone]:
    """The same phone before a server whose database is away."""
    address = "postgresql://nobody@127.0.0.1:1/none"
    away = Flask("away")
    away.config.update(app.config)
    init_db(away, sqlalchemy_url=address.replace(":", "+psycopg:", 1), conninfo=address)
    register(away)
    pool = away.extensions["autocommit_pool"]
    pool.timeout = 0.2
    yield replace(phone, client=away.test_client())
    pool.close()


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    pid: int


@contextmanager
def serve(config: Config, **settings: str) -> Iterator[Server]:
    """The web server over this run's database, in processes of its own."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        told = {
            "THONSO_DATA": str(config.data_dir),
            "THONSO_SECRET_KEY": config.secret_key,
            "DATABASE_URL": config.database_url or "",
        }
        web = subprocess.Popen(
            [sys.executable, "-m", "app.embedded.web", str(listening.fileno())],
            env=os.environ | told | settings,
            pass_fds=[listening.fileno()],
        )
        try:
            yield Server(*listening.getsockname(), web.pid)
        finally:
            web.terminate()
            assert web.wait(20) is not None


@pytest.fixture(scope="module")
def server(config) -> Iterator[Server]:
    """The web server as an operator starts it without settings."""
    with serve(config) as server:
        yield server


@pytest.fixture
def phone(client, project, village) -> Phone:
    with transaction():
        app_user = people.surveyor(village, of=project)
        token = app_user_token(app_user)
    return Phone(client, project, app_user, token)


@pytest.fixture
def interview(phone) -> Callable[..., bytes]:
    """A maker of filled-in forms about a well, each with an id of its own."""
    publish(phone.project)

    def fill(owner: str = "Rơ Châm H'Lan", photo: str = "") -> bytes:
        return (
            '<data id="well" version="1" xmlns:orx="http://openrosa.org/xforms">'
            f"<today>2026-11-22</today><kind>1</kind><owner>{owner}</owner><photo>{photo}</photo>"
            f"<orx:meta><orx:instanceID>uuid:{uuid.uuid4()}</orx:instanceID></orx:meta></data>"
        ).encode()

    return fill
