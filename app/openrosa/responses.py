"""Answers as OpenRosa wants them: headers, messages in XML, and what need not be sent again."""

import gzip
import hashlib
from xml.sax.saxutils import escape

from flask import Response, request
from werkzeug.http import http_date

from app.errors import Problem
from app.i18n import gettext

XML = "text/xml; charset=utf-8"
# Bytes: phones split what is larger, except a single large file. On a weak line little is lost
# when a piece has to be sent again, and each piece is kept.
ACCEPTED_LENGTH = "10000000"
RETRY_AFTER = "120"  # seconds
SMALL = 1000  # bytes, below which packing gains nothing

SUCCESS = "full submission upload was successful!"  # Collect shows exactly this text translated
_MESSAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<OpenRosaResponse xmlns="http://openrosa.org/http/response">'
    '<message nature="%s">%s</message></OpenRosaResponse>'
)
_SUCCESS = (_MESSAGE % ("submit_success", SUCCESS)).encode()


def created() -> Response:
    """A submission is stored."""
    return Response(_SUCCESS, 201, content_type=XML)


def accepted(text: str) -> Response:
    """A submission is stored, and there is something to say about it."""
    return _message(text, "submit_success", 202)


def refused(problem: Problem) -> Response:
    """A refusal, in the present language."""
    response = _message(gettext(problem.message, **problem.details), "error", problem.status)
    if problem.status == 503:  # noqa: PLR2004
        response.headers["Retry-After"] = RETRY_AFTER
    return response


def document(content: bytes, *, md5: str | None = None, packed: bytes | None = None) -> Response:
    """An XML document that the phone may have already; see `cached`."""
    return cached(Response(content, content_type=XML), md5=md5, packed=packed)


def cached(response: Response, *, md5: str | None = None, packed: bytes | None = None) -> Response:
    """Make it 304 when the phone has these bytes, else pack it when the phone can unpack."""
    content = response.get_data()
    tag = md5 or hashlib.md5(content, usedforsecurity=False).hexdigest()
    # Weak, since packed and unpacked bytes share it.
    response.set_etag(tag, weak=True)
    response.vary.add("Accept-Encoding")
    if len(content) > SMALL and request.accept_encodings.quality("gzip") > 0:
        response.set_data(packed or gzip.compress(content, mtime=0))
        response.content_encoding = "gzip"
    response.make_conditional(request)
    return response


def complete(response: Response) -> Response:
    """Add what every answer of this door carries, refusals too."""
    headers = response.headers
    headers["X-OpenRosa-Version"] = "1.0"
    headers["X-OpenRosa-Accept-Content-Length"] = ACCEPTED_LENGTH
    headers["Date"] = http_date()
    # A proxy or phone that kept a list would show old forms for hours.
    headers["Cache-Control"] = "private, no-cache"
    return response


def _message(text: str, nature: str, status: int) -> Response:
    return Response(_MESSAGE % (nature, escape(text)), status, content_type=XML)
