"""Files that nothing needs any more: out of the books, then, once that is durable, off the disk."""

import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from app.db import driver
from app.storage.blobs import blob_path

# Everything that names a file. Two photographs of the same bytes are one file.
UNNEEDED = """
delete from blobs b where b.sha256 = any(%s)
  and not exists (select from instance_attachments a where a.blob_sha256 = b.sha256)
  and not exists (select from parked_attachments p where p.blob_sha256 = b.sha256)
  and not exists (select from form_media m where m.blob_sha256 = b.sha256)
  and not exists (select from draft_media d where d.blob_sha256 = b.sha256)
  and not exists (select from draft_files t where t.blob_sha256 = b.sha256)
  and not exists (select from imports m where m.zip_sha256 = b.sha256)
  and not exists (select from evidence_files f where f.blob_sha256 = b.sha256)
  and not exists (select from count_tables c where c.blob_sha256 = b.sha256)
returning sha256
"""


def forget_unneeded(sha256s: Sequence[bytes]) -> list[bytes]:
    """Takes those of these files out of the books that nothing names any more; which they are."""
    return [sha256 for (sha256,) in driver().execute(UNNEEDED, (list(sha256s),)).fetchall()]


def remove_unrecorded(sha256: bytes, before: float) -> bool:
    """Takes a file off the disk that is in no book; one that came since (POSIX seconds) stays."""
    known = driver().execute("select from blobs where sha256 = %s", (sha256,)).rowcount
    path = blob_path(sha256)
    with suppress(FileNotFoundError):
        # An upload puts its file in place before it enters it in the books.
        if not known and path.stat().st_mtime < before:
            _aside(path, before)
            return True
    return False


def _aside(path: Path, before: float) -> None:
    # Renamed first: what comes in the same moment gets the name, and is not what is removed.
    aside = path.with_name(f"{path.name}.purged-{time.time_ns()}")
    path.rename(aside)
    if aside.stat().st_mtime < before:
        aside.unlink()
    else:
        aside.rename(path)
