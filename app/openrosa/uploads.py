"""Reads a submission's POST as it streams in: the instance into memory, files to the disk."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import IO

from multipart import (
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
)
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_options_header

from app.errors import BadRequest, TooLarge
from app.openrosa.patience import Crowded, Reading, taking_in
from app.storage.blobs import IncomingBlob

INSTANCE = "xml_submission_file"
INCOMPLETE = "*isIncomplete*"  # "more parts will come": what the XML names tells that better
LARGEST_BODY = 2 * 1024**3
LARGEST_INSTANCE = 10 * 1024**2
MOST_PARTS = 1000
MOST_DRAINED = 100 * 1024**2
CHUNK = 64 * 1024


class CutOff(BadRequest):
    """The body is not whole, or is no upload of a form."""

    message = "The upload was cut off or is damaged. Send it again."


class NoInterview(BadRequest):
    """The body is whole and has only files, or nothing."""

    message = "The upload has no interview in it (xml_submission_file). Send it again."


class Packed(BadRequest):
    """The body as a whole is packed, which no phone does and the size limits do not foresee."""

    message = "The upload is compressed (Content-Encoding). Send it without."


class TwoAlike(BadRequest):
    """Two parts have the same name, so that one would be lost."""

    message = "Two parts of the upload are both called “%(name)s”. Send it again."


class Text:
    """A part that is read into memory."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._room = LARGEST_INSTANCE

    def write(self, chunk: bytes) -> None:
        """Append some bytes; `TooLarge` when they are too many."""
        self._room -= len(chunk)
        if self._room < 0:
            raise TooLarge
        self._chunks.append(chunk)

    def end(self) -> None:
        """Say that no more bytes come."""

    @property
    def content(self) -> bytes:
        """All its bytes."""
        return b"".join(self._chunks)


class Body:
    """What came: the instance's bytes, and the files by their raw names, not yet kept."""

    def __init__(self, before_files: Callable[[], None]) -> None:
        self.files: dict[str, IncomingBlob] = {}
        self._before_files = before_files
        self._instance: Text | None = None

    @property
    def xml(self) -> bytes:
        """The instance as sent."""
        content = self._instance.content if self._instance else b""
        if not content:
            raise NoInterview
        return content

    def begin(self, part: MultipartSegment) -> Text | IncomingBlob:
        """The place where a new part's bytes go."""
        if part.name == INSTANCE:
            if self._instance is not None:
                raise TwoAlike(name=INSTANCE)
            self._instance = Text()
            return self._instance
        if part.name == INCOMPLETE:
            return Text()
        return self._begin_file(part.filename or part.name or "")

    def _begin_file(self, name: str) -> IncomingBlob:
        if name in self.files:
            raise TwoAlike(name=name)
        if not name or "\0" in name:
            raise CutOff
        if not self.files:
            self._before_files()
        self.files[name] = IncomingBlob()
        return self.files[name]


@contextmanager
def read_body(
    stream: IO[bytes],
    content_type: str,
    content_length: int | None,
    before_files: Callable[[], None],
) -> Iterator[Body]:
    """Read a whole multipart body; what the caller does not keep of its files is discarded.

    `before_files` is called before the first file is written and may refuse it. Raises
    `CutOff`, `NoInterview`, `TwoAlike`, `TooLarge`, `NotReady`, or `Crowded` unread.
    """
    kind, options = parse_options_header(content_type)
    if kind != "multipart/form-data" or not options.get("boundary"):
        raise CutOff
    if content_length is not None and content_length > LARGEST_BODY:
        raise TooLarge
    body = Body(before_files)
    try:
        with taking_in(content_length) as reading:
            received = _receive(body, _heard(stream, reading), options["boundary"])
        if content_length not in {None, received}:
            raise CutOff
        yield body
    finally:
        for file in body.files.values():
            file.discard()


def _heard(stream: IO[bytes], reading: Reading) -> Iterator[bytes]:
    """The stream's chunks; notes when each came. Raises `CutOff` when no more can come."""
    while chunk := _read(stream):
        reading.heard = time.monotonic()
        yield chunk


def _read(stream: IO[bytes]) -> bytes:
    try:
        return stream.read(CHUNK)
    except OSError as error:
        raise CutOff from error


def _receive(body: Body, chunks: Iterator[bytes], boundary: str) -> int:
    """Fill the body; returns how many bytes were read."""
    try:
        return _read_parts(body, chunks, boundary)
    except ParserLimitReached as error:
        raise TooLarge from error
    except MultipartError as error:
        raise CutOff from error


def _read_parts(body: Body, chunks: Iterator[bytes], boundary: str) -> int:
    received = 0
    place: Text | IncomingBlob = Text()
    with PushMultipartParser(boundary, max_segment_count=MOST_PARTS) as parser:
        for chunk in chunks:
            received += len(chunk)
            if received > LARGEST_BODY:
                raise TooLarge
            for event in parser.parse(chunk):
                if event is None:
                    place.end()
                elif isinstance(event, MultipartSegment):
                    place = body.begin(event)
                else:
                    place.write(event)
    return received


def drain(stream: IO[bytes]) -> None:
    """Read what a phone still sends: answered too early, it sees a broken pipe, not the answer."""
    left = MOST_DRAINED
    with suppress(CutOff, HTTPException, Crowded), taking_in(None) as reading:
        for chunk in _heard(stream, reading):
            left -= len(chunk)
            if left <= 0:
                return
