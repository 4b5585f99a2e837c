"""Files that nothing needs leave the books and the disk; whatever else names them keeps them."""

import time

from app.db import db, driver, transaction
from app.storage.blobs import blob_path, record_blob, store
from app.storage.unneeded import UNNEEDED, forget_unneeded, remove_unrecorded


def kept(content: bytes) -> bytes:
    blob = store(content)
    with transaction():
        record_blob(blob)
    return blob.sha256


def test_what_nothing_names_goes_and_what_comes_anew_stays(app):
    sha256, later = kept(b"trial"), time.time() + 1
    assert not remove_unrecorded(sha256, later)  # it is in the books
    with transaction():
        assert forget_unneeded([sha256, b"another"]) == [sha256]
    assert not remove_unrecorded(sha256, later - 3600)
    assert remove_unrecorded(sha256, later)
    assert not blob_path(sha256).exists()
    assert not remove_unrecorded(sha256, later)
    assert list(blob_path(sha256).parent.iterdir()) == []
    db.session.rollback()


def test_everything_that_names_files_is_asked(app):
    named = driver().execute(
        "select conrelid::regclass::text, a.attname from pg_constraint c"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1]"
        " where c.confrelid = 'blobs'::regclass and c.contype = 'f'"
    )
    for table, column in named.fetchall():
        assert f"from {table} " in UNNEEDED
        assert f".{column} = b.sha256" in UNNEEDED
    db.session.rollback()
