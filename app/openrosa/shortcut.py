"""The short way, past the framework, for what every phone sends and asks each quarter of an hour.

The framework's routing, request, hooks and response cost four times what is behind a question: one
question to the database and a document that is kept. Only the usual case is answered here. What is
to be refused, is asked for otherwise or fails goes on to the door, which has every case; where both
answer they answer the same. A submission is read here only; the door is told how that ended.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask
from werkzeug.wsgi import get_host

from app.accounts.phones import is_known, phone_by_token
from app.accounts.tokens import hash_token
from app.forms.queries import published
from app.openrosa import addresses, downloads, responses
from app.openrosa.downloads import Asker, Wanted
from app.openrosa.patience import Crowded
from app.openrosa.receiving import take_in
from app.openrosa.responses import XML, Answer, Document
from app.openrosa.turns import turn

Environ = dict[str, Any]

ADDRESS = re.compile(
    r"/v1/key/(?P<token>[\w-]+)/projects/(?P<project>[1-9]\d{0,8})/"
    r"(?:(?P<list>submission|formList)|forms/(?P<version>[1-9]\d{0,8})/(?P<part>form\.xml|manifest))",
    re.ASCII,
)
DOOR = "/v1/"  # below it is what phones ask
DEVICE_ONLY = re.compile(r"(deviceID=[^&]*)?")
STATUS = {number: f"{number} {HTTPStatus(number).phrase}" for number in (200, 201, 204, 304)}
OUTCOME = "thonso.outcome"  # in the environment: a `Receipt`, or what was raised


class Shortcut:
    """The application's WSGI entrance, with the short way before it."""

    def __init__(self, app: Flask) -> None:
        self._app, self._door = app, app.wsgi_app

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request, a phone's question when its turn has come."""
        if environ["REQUEST_METHOD"] == "POST" or not environ["PATH_INFO"].startswith(DOOR):
            return self._answer(environ, start_response)
        try:
            with turn():
                return self._answer(environ, start_response)
        except Crowded as crowded:
            with self._app.request_context(environ):
                answer = responses.complete(responses.refused(crowded))
            return answer(environ, start_response)

    def _answer(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        address = ADDRESS.fullmatch(environ["PATH_INFO"])
        answer = address and self._try(environ, address)
        if not answer:
            return self._door(environ, start_response)
        status, headers, content = answer
        if content:
            headers.append(("Content-Length", str(len(content))))
        start_response(STATUS[status], headers + responses.common())
        return [content]

    def _try(self, environ: Environ, address: re.Match[str]) -> Answer | None:
        asked = environ["REQUEST_METHOD"], address["list"] or address["part"]
        with self._app.app_context():
            if asked == ("POST", "submission"):
                return _receive(environ, address)
            try:
                if asked == ("HEAD", "submission"):
                    return _announce(address)
                if asked[0] == "GET" and DEVICE_ONLY.fullmatch(environ.get("QUERY_STRING", "")):
                    return _send(environ, address, asked[1])
            except Exception:  # noqa: BLE001 - the door meets the same, and tells it
                return None
        return None


def _receive(environ: Environ, address: re.Match[str]) -> Answer | None:
    try:
        receipt = take_in(environ, int(address["project"]), hash_token(address["token"]))
    except Exception as error:  # noqa: BLE001 - the door tells it
        environ[OUTCOME] = error
        return None
    if receipt.reason is not None:
        environ[OUTCOME] = receipt
        return None
    return 201, [("Content-Type", XML)], responses.RECEIVED


def _announce(address: re.Match[str]) -> Answer | None:
    """As `views.announce_submission`."""
    known = is_known(hash_token(address["token"]), int(address["project"]))
    return (204, [("Content-Type", XML)], b"") if known else None


def _send(environ: Environ, address: re.Match[str], what: str) -> Answer | None:
    """As the views for these documents."""
    token, project_id = address["token"], int(address["project"])
    phone = phone_by_token(hash_token(token), project_id)
    if phone is None or not phone.actor.may(downloads.CAPABILITY, project_id):
        return None
    base = addresses.base_of(environ["wsgi.url_scheme"], get_host(environ))
    document = _document(downloads.asker(base, token, project_id, phone), what, address["version"])
    if document is None:
        return None
    known = environ.get("HTTP_IF_NONE_MATCH")
    status, headers, content = responses.choose(
        document, known, environ.get("HTTP_ACCEPT_ENCODING", "")
    )
    if status == HTTPStatus.OK:
        headers.append(("Content-Type", XML))
    return status, headers, content


def _document(asker: Asker, what: str, version: str | None) -> Document | None:
    if version is None:
        return downloads.form_list(asker, Wanted()) if what == "formList" else None
    form = published(int(version))
    if form.project_id != asker.project_id:
        return None
    if what == "form.xml":
        return Document(form.packed, form.md5)
    return downloads.manifest(asker, form.version_id)
