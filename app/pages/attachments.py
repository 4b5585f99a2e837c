"""The files of interviews: pictures shown, everything else downloaded, nothing ever run."""

from typing import BinaryIO
from urllib.parse import quote

from flask import Response, send_file
from flask.typing import ResponseReturnValue

from app.access import requires
from app.db import transaction
from app.errors import NotFound
from app.pages.blueprint import pages
from app.pages.reader import reader
from app.pages.rules import RECORD
from app.storage.blobs import open_blob
from app.submissions.personal import get_file

# Told by their first bytes, never by their name: an SVG or a page called .jpg is not shown.
PICTURES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}
LONGEST_SIGN = 12


@pages.get(f"/submissions/files/<{RECORD}:instance_pk>/<path:name>")
@requires("submission.read")
def show_file(instance_pk: int, name: str) -> ResponseReturnValue:
    """A file of an interview; reading a personal one is recorded."""
    if "\0" in name:
        raise NotFound
    with transaction():
        found = get_file(reader(), instance_pk, name)
        assert found.sha256 is not None
    file = open_blob(found.sha256)
    kind = picture_type(file)
    response = send_file(file, mimetype=kind or "application/octet-stream", etag=False)
    return guarded(response, name, shown=kind is not None)


def picture_type(file: BinaryIO) -> str | None:
    """The media type of a picture that browsers may show; None for anything else."""
    start = file.read(LONGEST_SIGN)
    file.seek(0)
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for sign, kind in PICTURES.items() if start.startswith(sign)), None)


def guarded(response: Response, name: str, *, shown: bool) -> Response:
    """The file under its name; what is not shown is saved, and nothing in it ever runs."""
    kind = "inline" if shown else "attachment"
    response.headers["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
