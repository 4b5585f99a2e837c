"""Takes in one POST of an interview, by the WSGI environment in which it comes."""

from typing import IO, Any
from urllib.parse import parse_qsl

from werkzeug.wsgi import get_content_length, get_input_stream

from app.openrosa.auth import expect_sender
from app.openrosa.uploads import Body, Packed, read_body
from app.submissions.intake import receive
from app.submissions.upload import Receipt, Upload, UploadedFile

DEVICE_ID_LENGTH = 200


def take_in(environ: dict[str, Any], project_id: int, token_hash: bytes) -> Receipt:
    """Read an interview with its files and keep it: what is acknowledged is durable.

    Raises what `read_body` and `receive` raise; nothing is kept of the interview then.
    """
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise Packed
    with read_body(
        _stream(environ),
        environ.get("CONTENT_TYPE", ""),
        get_content_length(environ),
        lambda: expect_sender(token_hash, project_id),
    ) as body:
        upload = Upload(body.xml, keep_files(body), device_in(environ.get("QUERY_STRING", "")))
    return receive(upload, project_id=project_id, token_hash=token_hash)


def keep_files(body: Body) -> list[UploadedFile]:
    """The files of an upload, durable from now on."""
    return [UploadedFile(name, file.keep()) for name, file in body.files.items()]


def device_in(query: str) -> str | None:
    """The device's name, which phones add to the address."""
    given = dict(reversed(parse_qsl(query, errors="replace"))) if query else {}
    return given.get("deviceID", "").replace("\0", "")[:DEVICE_ID_LENGTH] or None


def _stream(environ: dict[str, Any]) -> IO[bytes]:
    """The body, up to its length; whoever refuses it reads on from where this has come to."""
    stream = get_input_stream(environ)
    environ["wsgi.input"], environ["wsgi.input_terminated"] = stream, True
    return stream
