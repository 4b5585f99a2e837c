"""Files by the hash of their content, in the data folder: what is stored is on the disk."""

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import mkstemp
from typing import BinaryIO, Self

from sqlalchemy.dialects.postgresql import insert

from app.db import db
from app.errors import NotReady
from app.storage.models import Blob

CHUNK = 256 * 1024
INCOMING = "incoming"  # a folder beside the blobs, so that a finished file only needs a new name
ABANDONED = 24 * 3600  # seconds after which nobody is still writing an incoming file

# One process serves one installation, which has one folder.
_home: dict[str, Path] = {}
# Folders whose own names are on the disk, as this process has seen to. Text here and below, since
# making and comparing `Path` took a tenth of what Python does for a photo.
_kept_folders: set[str] = set()


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """A file that is on the disk for good: its hash and its size in bytes."""

    sha256: bytes
    size: int


class IncomingBlob:
    """A file on its way in: hashed as it comes, then kept under its hash or discarded."""

    def __init__(self) -> None:
        self._sha256 = hashlib.sha256()
        self._size = 0
        try:
            descriptor, self._path = mkstemp(dir=_home["blobs"] / INCOMING)
        except OSError as error:
            raise NotReady from error
        self._file = os.fdopen(descriptor, "wb")
        self._is_kept = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def write(self, chunk: bytes) -> None:
        """Append some bytes; a full disk is `NotReady`, and nothing is left behind."""
        self._sha256.update(chunk)
        self._size += len(chunk)
        try:
            self._file.write(chunk)
        except OSError as error:
            self.discard()
            raise NotReady from error

    def end(self) -> None:
        """Say that no more bytes come, so that many files can wait without being open."""
        try:
            self._file.close()
        except OSError as error:
            self.discard()
            raise NotReady from error

    def keep(self) -> StoredBlob:
        """File it under its hash; durable on return, also when another has just stored it."""
        self.end()
        blob = StoredBlob(self._sha256.digest(), self._size)
        name = blob.sha256.hex()
        folder = _folder(name)
        try:
            _sync(self._path)
            Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
            Path(self._path).replace(f"{folder}/{name}")
            self._is_kept = True
            _sync(folder)
            _keep_folders(folder)
        except OSError as error:
            self.discard()
            raise NotReady from error
        return blob

    def discard(self) -> None:
        """Forget the file unless it was kept; may be called twice."""
        if self._is_kept:
            return
        Path(self._path).unlink(missing_ok=True)
        with suppress(OSError):  # closing writes what is buffered, which a full disk refuses again
            self._file.close()


def use_folder(folder: Path) -> None:
    """Make the folder ready, and clear away what a killed process left half-written there."""
    _home["blobs"] = folder
    _kept_folders.clear()
    incoming = folder / INCOMING
    incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
    limit = time.time() - ABANDONED
    for path in incoming.iterdir():
        with suppress(FileNotFoundError):  # another process may be clearing, too
            if path.stat().st_mtime < limit:
                path.unlink()


def store(content: bytes | BinaryIO) -> StoredBlob:
    """Store bytes, or a stream to its end; the same bytes are stored once."""
    stream = BytesIO(content) if isinstance(content, bytes) else content
    with IncomingBlob() as incoming:
        while chunk := stream.read(CHUNK):
            incoming.write(chunk)
        return incoming.keep()


def record_blob(blob: StoredBlob) -> None:
    """Add the row of a stored file to the present transaction, unless it is there."""
    values = {"sha256": blob.sha256, "size": blob.size}
    db.session.execute(insert(Blob).values(values).on_conflict_do_nothing())


def discard_unrecorded(sha256: bytes) -> None:
    """Delete a file that was stored for a while only, unless a row says that it is kept."""
    if db.session.get(Blob, sha256) is None:
        blob_path(sha256).unlink(missing_ok=True)


def blob_path(sha256: bytes) -> Path:
    """Where the file with this hash lies."""
    name = sha256.hex()
    return Path(_folder(name), name)


def open_blob(sha256: bytes) -> BinaryIO:
    """Open the file with this hash for reading; `FileNotFoundError` when it is not here."""
    return blob_path(sha256).open("rb")


def md5_of(sha256: bytes) -> str | None:
    """The MD5 of the file with this hash, in hexadecimal, as it is read; None when it is lost."""
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with open_blob(sha256) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return None
    return digest.hexdigest()


def _folder(name: str) -> str:
    return f"{_home['blobs']}/{name[:2]}/{name[2:4]}"


def _keep_folders(folder: str) -> None:
    """Sync the names of a file's folder and the one above: new ones, perhaps another writer's."""
    above = folder.rpartition("/")[0]
    for one in (folder, above):
        if one not in _kept_folders:
            _sync(one.rpartition("/")[0])
            _kept_folders.add(one)


def _sync(path: str) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
