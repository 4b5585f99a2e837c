"""What is stored is there, once, under its hash; what cannot be stored leaves nothing behind."""

import hashlib
import itertools
import os
import resource
import time
from io import BytesIO
from pathlib import Path

import pytest

from app.db import db
from app.errors import NotReady
from app.storage import blobs
from app.storage.blobs import (
    IncomingBlob,
    blob_path,
    md5_of,
    open_blob,
    record_blob,
    store,
    use_folder,
)
from app.storage.models import Blob

PHOTO = b"\xff\xd8\xff" + bytes(range(256)) * 4000


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(blobs, "_home", {})
    use_folder(tmp_path / "blobs")
    return tmp_path / "blobs"


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_bytes_lie_under_their_hash(folder):
    blob = store(PHOTO)

    name = hashlib.sha256(PHOTO).hexdigest()
    assert blob.sha256.hex() == name
    assert md5_of(blob.sha256) == hashlib.md5(PHOTO).hexdigest()
    assert blob.size == len(PHOTO)
    assert files_in(folder) == [folder / name[:2] / name[2:4] / name]
    with open_blob(blob.sha256) as file:
        assert file.read() == PHOTO


def test_a_stream_is_the_same_as_its_bytes(folder):
    assert store(BytesIO(PHOTO)) == store(PHOTO)
    assert len(files_in(folder)) == 1


def test_an_empty_file_is_a_file():
    assert store(b"").size == 0
    assert blob_path(hashlib.sha256(b"").digest()).read_bytes() == b""


def test_a_file_that_is_not_kept_leaves_nothing(folder):
    with IncomingBlob() as incoming:
        incoming.write(PHOTO)

    assert files_in(folder) == []


def test_a_file_can_wait_closed_before_it_is_kept(folder):
    with IncomingBlob() as incoming:
        incoming.write(PHOTO[:10])
        incoming.write(PHOTO[10:])
        incoming.end()
        blob = incoming.keep()

    assert blob_path(blob.sha256).read_bytes() == PHOTO


@pytest.fixture
def full_disk():
    """A disk that takes no file of more than 64 KB."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65536, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_and_leaves_nothing(folder, full_disk):
    with pytest.raises(NotReady):
        store(PHOTO)

    assert files_in(folder) == []


def test_a_disk_that_fills_with_the_last_bytes_is_told_too(folder, full_disk):
    with IncomingBlob() as incoming:
        incoming.write(PHOTO[:65530])
        incoming.write(PHOTO[65530:65600])
        with pytest.raises(NotReady):
            incoming.keep()

    assert files_in(folder) == []


def test_a_folder_that_cannot_be_written_is_told(folder):
    (folder / "incoming").rmdir()

    with pytest.raises(NotReady):
        store(PHOTO)


def test_file_and_folders_are_synced_before_it_returns(folder, monkeypatch):
    synced = []
    real = os.fsync

    def fsync(descriptor):
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    blob = store(PHOTO)

    path = blob_path(blob.sha256)
    assert synced[0].startswith(str(folder / "incoming"))
    assert synced[1:] == [str(path.parent), str(path.parent.parent), str(folder)]

    synced.clear()
    store(next(content for content in neighbours_of(blob.sha256)))
    assert synced[1:] == [str(path.parent)]  # the folders' own names are on the disk already


def neighbours_of(sha256):
    """Contents whose files come into the same folder."""
    contents = (b"%d" % number for number in itertools.count())
    return (one for one in contents if hashlib.sha256(one).digest()[:2] == sha256[:2])


def test_what_a_killed_process_left_is_cleared_away_after_a_day(folder):
    left, fresh = folder / "incoming" / "left", folder / "incoming" / "fresh"
    left.write_bytes(PHOTO)
    fresh.write_bytes(PHOTO)
    long_ago = time.time() - 25 * 3600
    os.utime(left, (long_ago, long_ago))

    use_folder(folder)

    assert files_in(folder) == [fresh]


def test_the_row_of_a_blob_is_written_once(app):
    blob = store(PHOTO)
    record_blob(blob)
    record_blob(blob)

    (row,) = db.session.query(Blob).all()
    assert (row.sha256, row.size) == (blob.sha256, blob.size)
