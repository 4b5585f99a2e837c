"""Files by the hash of their content, in the data folder: what is stored is on the disk."""

import hashlib
import os
import time
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import NamedTemporaryFile
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
# Folders whose own names are on the disk, as this process has seen to.
_kept_folders: set[Path] = set()


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
            self._file = NamedTemporaryFile(dir=_home["blobs"] / INCOMING, delete=False)  # noqa: SIM115
        except OSError as error:
            raise NotReady from error
        self._path = Path(self._file.name)

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
        target = blob_path(blob.sha256)
        try:
            _sync(self._path)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.replace(target)
            _sync(target.parent)
            _keep_folders(target)
        except OSError as error:
            self.discard()
            raise NotReady from error
        return blob

    def discard(self) -> None:
        """Forget the file unless it was kept; may be called twice."""
        self._path.unlink(missing_ok=True)
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
    return _home["blobs"] / name[:2] / name[2:4] / name


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


def _keep_folders(target: Path) -> None:
    """Sync the names of the two folders above a file: new ones, perhaps made by another writer."""
    for folder in target.parents[:2]:
        if folder not in _kept_folders:
            _sync(folder.parent)
            _kept_folders.add(folder)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
