"""Files that prove what a commune says: kept as they came, only ever downloaded."""

from typing import BinaryIO

from app import audit, clock
from app.accounts.actors import Actor
from app.accounts.scope import sees
from app.db import db
from app.errors import BadRequest, NotAllowed, NotFound, TooLarge
from app.scorecards.card import SCORE
from app.scorecards.cards import CAPABILITY, Where, criterion_of, files_of, open_card
from app.scorecards.models import EvidenceFile
from app.scorecards.writing import check_open, reopen, subject_of
from app.storage.blobs import record_blob, store

LARGEST = 10 * 1024 * 1024  # bytes
MOST = 10  # files of one criterion
LONGEST_NAME = 120  # characters
# What a file must begin with, by the end of its name. Macros and pages are not among them.
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
KINDS = {
    ".pdf": b"%PDF-", ".jpg": b"\xff\xd8\xff", ".jpeg": b"\xff\xd8\xff", ".png": b"\x89PNG\r\n",
    ".docx": ZIP, ".xlsx": ZIP, ".doc": OLE, ".xls": OLE,
}  # fmt: skip


def attach(
    actor: Actor,
    where: Where,
    code: str,
    *,
    name: str,
    content: BinaryIO,
) -> EvidenceFile:
    """Adds a file to a criterion; `BadRequest` for other kinds than KINDS, `TooLarge`."""
    record = open_card(actor, SCORE, where)
    check_open(record)
    criterion_of(record, code)
    start = content.read(8)
    size = content.seek(0, 2)
    content.seek(0)
    suffix = f".{name.rpartition('.')[2].lower()}"
    if suffix not in KINDS or not start.startswith(KINDS[suffix]):
        raise BadRequest("Hand in a PDF, a picture (JPG, PNG), or a Word or Excel file.")
    if size > LARGEST:
        raise TooLarge("A file has at most %(most)s MB.", most=LARGEST // 1024**2)
    if sum(file.criterion == code for file in files_of(record.id)) >= MOST:
        raise BadRequest("A criterion has at most %(most)s files. Remove one first.", most=MOST)
    blob = store(content)
    record_blob(blob)
    file = EvidenceFile(
        card_id=record.id, criterion=code, name=_name(name), blob_sha256=blob.sha256
    )
    db.session.add(file)
    db.session.flush()
    reopen(record)
    audit.record(
        actor.label, "scorecard.file_added", subject_of(record), criterion=code,
        after={"file": file.name, "sha256": blob.sha256.hex()},
    )  # fmt: skip
    return file


def detach(actor: Actor, file_id: int) -> EvidenceFile:
    """Takes a file out of the card; what was handed in is kept for the record."""
    file = get_file(actor, file_id)
    card = file.card
    if not sees(actor, SCORE, card.unit_id, card.scorecard.project_id):
        raise NotAllowed
    db.session.refresh(card, with_for_update=True)
    check_open(card)
    file.removed_at = clock.now()
    reopen(card)
    audit.record(
        actor.label, "scorecard.file_removed", subject_of(card), criterion=file.criterion,
        before={"file": file.name, "sha256": file.blob_sha256.hex()},
    )  # fmt: skip
    return file


def get_file(actor: Actor, file_id: int) -> EvidenceFile:
    """A file that the reader may see; `NotFound` otherwise, and when it was removed."""
    file = db.session.get(EvidenceFile, file_id)
    if file is None or file.removed_at is not None:
        raise NotFound
    if not sees(actor, CAPABILITY, file.card.unit_id, file.card.scorecard.project_id):
        raise NotFound
    return file


def _name(name: str) -> str:
    stem, _, suffix = name.rpartition(".")
    printable = "".join(letter for letter in stem if letter.isprintable())
    return f"{printable[:LONGEST_NAME]}.{suffix.lower()}"
