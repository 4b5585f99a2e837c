"""A surveyor's phone: speaks OpenRosa over HTTP as ODK Collect does."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from lxml import etree

from app.demo.connection import Answer, Connection, StoppedError
from app.demo.form_template import FormTemplate

LIST = "{http://openrosa.org/xforms/xformsList}"
MANIFEST = "{http://openrosa.org/xforms/xformsManifest}"
HEADERS = {
    "X-OpenRosa-Version": "1.0",
    "User-Agent": "org.odk.collect.android/v2026.2 (Thon So demo)",
}
BOUNDARY = "----thonso-demo-phone"
ACCEPTED = {201, 202}


@dataclass(frozen=True, slots=True)
class File:
    """A file in an interview's folder."""

    name: str
    content: bytes
    type: str


class Phone:
    """One phone with its forms and lists; used by one thread at a time."""

    def __init__(self, project_url: str, device: str) -> None:
        self.project_url = project_url
        self.device = quote(f"collect:{device}")
        self.connection = Connection(project_url, HEADERS)
        self.forms: dict[str, FormTemplate] = {}
        self.lists: dict[str, list[dict[str, str]]] = {}
        self._have: dict[str, str] = {}  # what was downloaded, and its hash

    def update(self) -> None:
        """Download what is new: forms by the form list, their files by the manifests."""
        for form in self._entries(f"{self.project_url}/formList", f"{LIST}xform", LIST):
            if body := self._download(form["formID"], form["downloadUrl"], form["hash"]):
                self.forms[form["formID"]] = FormTemplate(body)
            if "manifestUrl" not in form:
                continue
            for file in self._entries(form["manifestUrl"], f"{MANIFEST}mediaFile", MANIFEST):
                name = file["filename"]
                if body := self._download(name, file["downloadUrl"], file["hash"]):
                    rows = csv.DictReader(io.StringIO(body.decode("utf-8")))
                    self.lists[name] = list(rows)

    def send(self, xml: bytes, files: Sequence[File] = (), *, in_parts: bool = False) -> None:
        """Send an interview: HEAD first, then one POST, or one for each file."""
        url = self._with_device(f"{self.project_url}/submission")
        head = self.connection.send("HEAD", url, None, {})
        if head.status != 204:  # noqa: PLR2004
            raise StoppedError(f"HEAD submission was answered {head.status}; Collect asks for 204.")
        url = _redirected(url, head)
        posts = [[file] for file in files] if in_parts else [list(files)]
        for number, part in enumerate(posts, 1):
            body = multipart(xml, part, complete=number == len(posts))
            kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
            answer = self.connection.send("POST", url, body, kind)
            if answer.status not in ACCEPTED:
                said = answer.body[:300].decode("utf-8", "replace")
                raise StoppedError(f"An interview was answered {answer.status}: {said}")

    def _entries(self, url: str, tag: str, namespace: str) -> list[dict[str, str]]:
        answer = self.connection.get(self._with_device(url))
        root = etree.fromstring(answer.body, etree.XMLParser(resolve_entities=False))
        return [
            {
                child.tag.removeprefix(namespace): (child.text or "").strip()
                for child in entry.iterchildren(tag=etree.Element)
            }
            for entry in root.iter(tag)
        ]

    def _download(self, name: str, url: str, md5: str) -> bytes | None:
        """The file, None when this phone has it already; its bytes must be those announced."""
        if self._have.get(name) == md5:
            return None
        body = self.connection.get(self._with_device(url)).body
        found = hashlib.md5(body, usedforsecurity=False).hexdigest()
        if f"md5:{found}" != md5:
            raise StoppedError(f"{name} is not the file that the list announces.")
        self._have[name] = md5
        return body

    def _with_device(self, url: str) -> str:
        return f"{url}{'&' if '?' in url else '?'}deviceID={self.device}"


def _redirected(url: str, head: Answer) -> str:
    """Where to send to, on the same host (OpenRosa conformance, HEAD preflight)."""
    location = unquote(head.headers.get("Location") or "")
    if not location or urlsplit(location).hostname != urlsplit(url).hostname:
        return url
    return location if urlsplit(location).query else f"{location}?{urlsplit(url).query}"


def multipart(xml: bytes, files: Sequence[File], *, complete: bool = True) -> bytes:
    """The body of a POST: the interview first, its files, and the mark that more will come."""
    parts = [_part("xml_submission_file", "submission.xml", "text/xml", xml)]
    parts += [_part(file.name, file.name, file.type, file.content) for file in files]
    if not complete:
        parts.append(_part("*isIncomplete*", None, None, b"yes"))
    return b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()


def _part(name: str, filename: str | None, kind: str | None, content: bytes) -> bytes:
    head: Mapping[str, str | None] = {"name": name, "filename": filename}
    said = "".join(f'; {key}="{value}"' for key, value in head.items() if value)
    lines = [f"--{BOUNDARY}", f"Content-Disposition: form-data{said}"]
    if kind:
        lines.append(f"Content-Type: {kind}")
    lines.append(f"Content-Length: {len(content)}")
    return "\r\n".join([*lines, "", ""]).encode() + content + b"\r\n"
