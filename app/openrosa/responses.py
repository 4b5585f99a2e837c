"""Answers as OpenRosa wants them: headers, messages in XML, and what need not be sent again."""

import gzip
import hashlib
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Self
from xml.sax.saxutils import escape

from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import http_date, parse_accept_header, parse_etags

from app.errors import Problem
from app.i18n import gettext

XML = "text/xml; charset=utf-8"
# Bytes: phones split what is larger, except a single large file. On a weak line little is lost
# when a piece has to be sent again, and each piece is kept.
ACCEPTED_LENGTH = "10000000"
RETRY_AFTER = "120"  # seconds

SUCCESS = "full submission upload was successful!"  # Collect shows exactly this text translated
_MESSAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OpenRosaResponse xmlns="http://openrosa.org/http/response">'
    '<message nature="%s">%s</message></OpenRosaResponse>'
)
RECEIVED = (_MESSAGE % ("submit_success", SUCCESS)).encode()


def created() -> Response:
    """A submission is stored."""
    return Response(RECEIVED, 201, content_type=XML)


def accepted(text: str) -> Response:
    """A submission is stored, and there is something to say about it."""
    return _message(text, "submit_success", 202)


def refused(problem: Problem) -> Response:
    """A refusal, in the present language."""
    response = _message(gettext(problem.message, **problem.details), "error", problem.status)
    if problem.status == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = RETRY_AFTER
    return response


Answer = tuple[int, list[tuple[str, str]], bytes]  # status, headers, content


@dataclass(frozen=True, slots=True)
class Document:
    """What a phone may have already: its bytes packed by gzip, and their MD5."""

    packed: bytes = field(repr=False)
    md5: str

    @classmethod
    def of(cls, content: bytes) -> Self:
        """The document with these bytes."""
        md5 = hashlib.md5(content, usedforsecurity=False).hexdigest()
        return cls(gzip.compress(content, mtime=0), md5)


def send(document: Document, content_type: str = XML) -> Response:
    """A document; 304 when the phone has these bytes, packed when it can unpack them."""
    asked = request.headers
    status, headers, content = choose(
        document, asked.get("If-None-Match"), asked.get("Accept-Encoding", "")
    )
    return Response(content, status, headers, content_type=content_type)


def choose(document: Document, known: str | None, accepted: str) -> Answer:
    """Status, headers and bytes for a phone that has what `known` names (If-None-Match)."""
    # The tag is weak, since packed and unpacked bytes share it.
    headers = [("ETag", f'W/"{document.md5}"'), ("Vary", "Accept-Encoding")]
    if known is not None and parse_etags(known).contains_weak(document.md5):
        return 304, headers, b""
    if not _unpacks(accepted):
        return 200, headers, gzip.decompress(document.packed)
    headers.append(("Content-Encoding", "gzip"))
    return 200, headers, document.packed


def complete(response: Response) -> Response:
    """Add what every answer of this door carries, refusals too."""
    for name, value in common():
        response.headers[name] = value
    return response


def common() -> list[tuple[str, str]]:
    """The headers of every answer."""
    return [
        ("X-OpenRosa-Version", "1.0"),
        ("X-OpenRosa-Accept-Content-Length", ACCEPTED_LENGTH),
        ("Date", _date(int(time.time()))),
        # A proxy or phone that kept a list would show old forms for hours.
        ("Cache-Control", "private, no-cache"),
    ]


def _message(text: str, nature: str, status: int) -> Response:
    return Response(_MESSAGE % (nature, escape(text)), status, content_type=XML)


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return http_date(second)


@lru_cache(maxsize=64)
def _unpacks(accept_encoding: str) -> bool:
    """Whether a header accepts gzip; phones send few different ones."""
    return parse_accept_header(accept_encoding, Accept).quality("gzip") > 0
