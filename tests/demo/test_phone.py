"""The phone against a small server that only writes down what it is asked."""

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from app.demo.connection import Connection, StoppedError
from app.demo.phone import BOUNDARY, File, Phone, multipart
from tests.demo.test_form_template import XFORM

BASE = "/v1/key/tok/projects/1"
CSV = b"name,label\nT-1,Mook\n"


def md5(content: bytes) -> str:
    return "md5:" + hashlib.md5(content).hexdigest()


class Server(ThreadingHTTPServer):
    """Answers from a table; `asked` holds (method, path, body) of every request."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []
        self.answers = {}
        self.failures = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{BASE}"

    def paths(self, method: str) -> list[str]:
        return [path for asked, path, _ in self.asked if asked == method]

    def offer_a_form(self, xform: bytes = XFORM, rows: bytes = CSV) -> None:
        self.answers[f"{BASE}/formList"] = (
            '<xforms xmlns="http://openrosa.org/xforms/xformsList"><xform><formID>ho</formID>'
            f"<name>x</name><version>7</version><hash>{md5(XFORM)}</hash>"
            f"<downloadUrl>{self.url}/form.xml</downloadUrl>"
            f"<manifestUrl>{self.url}/manifest</manifestUrl></xform></xforms>"
        ).encode()
        self.answers[f"{BASE}/form.xml"] = xform
        self.answers[f"{BASE}/manifest"] = (
            '<manifest xmlns="http://openrosa.org/xforms/xformsManifest"><mediaFile>'
            f"<filename>villages.csv</filename><hash>{md5(rows)}</hash>"
            f"<downloadUrl>{self.url}/v.csv</downloadUrl></mediaFile></manifest>"
        ).encode()
        self.answers[f"{BASE}/v.csv"] = rows


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, self.path, body))
        if self.server.failures:
            self.server.failures -= 1
            if self.server.failures % 2:
                self.send_response(503)
                self.send_header("Content-Length", "0")
                self.end_headers()
            self.close_connection = True
            return
        content = self.server.answers.get(path, b"")
        status = {"HEAD": 204, "POST": 201}.get(self.command, 200 if content else 404)
        self.send_response(self.server.answers.get(self.command, status))
        self.send_header("Content-Length", str(len(content) if self.command == "GET" else 0))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    do_GET = do_HEAD = do_POST = _answer  # noqa: N815 - the names that the library calls

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def phone(server):
    made = Phone(server.url, "dtv01")
    yield made
    made.connection.close()


def test_forms_and_lists_are_downloaded(server, phone):
    server.offer_a_form()
    phone.update()

    assert phone.forms["ho"].version == "7"
    assert phone.lists["villages.csv"] == [{"name": "T-1", "label": "Mook"}]
    assert all(path.endswith("?deviceID=collect%3Adtv01") for path in server.paths("GET"))


def test_what_the_phone_has_is_not_downloaded_again(server, phone):
    server.offer_a_form()
    phone.update()
    server.asked.clear()
    server.offer_a_form(rows=CSV + b"T-2,Bi\n")
    phone.update()
    asked = [path.partition("?")[0].removeprefix(BASE) for path in server.paths("GET")]

    assert asked == ["/formList", "/manifest", "/v.csv"]
    assert len(phone.lists["villages.csv"]) == 2


def test_a_file_that_is_not_the_announced_one_is_refused(server, phone):
    server.offer_a_form(xform=XFORM + b" ")

    with pytest.raises(StoppedError, match="not the file"):
        phone.update()


def test_an_interview_is_announced_and_sent_with_its_files(server, phone):
    phone.send(b"<data/>", [File("audit.csv", b"event", "text/csv")])
    (_, _, body) = server.asked[-1]

    assert [method for method, _, _ in server.asked] == ["HEAD", "POST"]
    assert b'name="xml_submission_file"; filename=' in body
    assert b'name="audit.csv"; filename="audit.csv"' in body
    assert b"*isIncomplete*" not in body


def test_in_parts_every_post_has_the_interview_and_the_last_one_says_no_more(server, phone):
    files = [File("audit.csv", b"event", "text/csv"), File("1.png", b"png", "image/png")]
    phone.send(b"<data/>", files, in_parts=True)
    bodies = [body for method, _, body in server.asked if method == "POST"]

    assert [b"<data/>" in body for body in bodies] == [True, True]
    assert [b"1.png" in body for body in bodies] == [False, True]
    assert [b"*isIncomplete*" in body for body in bodies] == [True, False]


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("POST", 200), ("POST", 403)])
def test_what_collect_would_take_for_a_failure_stops_the_demo(server, phone, method, status):
    server.answers[method] = status

    with pytest.raises(StoppedError, match=str(status)):
        phone.send(b"<data/>", [File("audit.csv", b"", "text/csv")])


def test_a_server_that_is_being_restarted_is_asked_again(server, phone):
    server.failures = 2
    phone.send(b"<data/>", [File("audit.csv", b"", "text/csv")])

    assert server.paths("POST")
    assert len(server.asked) == 4


def test_patience_ends():
    connection = Connection("http://127.0.0.1:9", {}, patience=0)

    with pytest.raises(StoppedError, match="not answered"):
        connection.get("http://127.0.0.1:9/v1/key/secret/projects/1/formList")


def test_an_error_does_not_tell_the_token(server, phone):
    with pytest.raises(StoppedError) as error:
        phone.connection.get(f"{server.url}/nothing")

    assert "tok" not in str(error.value)


def test_the_body_is_multipart():
    body = multipart(b"<data/>", [], complete=True)

    assert body.startswith(f"--{BOUNDARY}\r\n".encode())
    assert body.endswith(f"--{BOUNDARY}--\r\n".encode())
    assert b"\r\n\r\n<data/>\r\n" in body
