"""What the door hands in, and what it gets back."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.errors import Problem
from app.storage.blobs import StoredBlob


@dataclass(frozen=True, slots=True)
class UploadedFile:
    """A file of a submission under its raw name; its bytes are already durable."""

    name: str
    blob: StoredBlob


@dataclass(frozen=True, slots=True)
class Upload:
    """One POST of a submission: the instance's bytes, and the files that came along."""

    xml: bytes
    files: Sequence[UploadedFile] = ()
    device_id: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """How an upload was taken: `new`, `repeat`, `edit` or `parked` (with its reason)."""

    case: str
    reason: str | None = None


class UnknownSender(Problem):
    """No phone has this token in this project, or it was revoked."""

    status = 403
    message = "This phone's key is not valid any more. Ask the commune for a new QR code."
