"""Where a list goes on: an opaque text that names the last item given."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import TypeVar

from app.api.errors import BadParameters
from app.api.parameters import LARGEST_RECORD

Item = TypeVar("Item")
Key = list[str | int]
FURTHEST = 10_000_000  # items; no cursor of ours goes beyond


def write_cursor(key: Key) -> str:
    """The text for an item's key."""
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode()


def read_cursor(cursor: str) -> Key:
    """The key in a text of ours."""
    try:
        key = json.loads(base64.b64decode(cursor, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as error:
        raise _unknown() from error
    if not isinstance(key, list):
        raise _unknown()
    return key


def read_start(cursor: str | None) -> int:
    """How many items were given already, where that is what the text names; 0 without one."""
    match read_cursor(cursor) if cursor is not None else [0]:
        case [int(start)] if 0 <= start <= FURTHEST:
            return start
    raise _unknown()


def read_record(cursor: str | None) -> int | None:
    """The record that was given last, where that is what the text names; None without one."""
    if cursor is None:
        return None
    match read_cursor(cursor):
        case [int(record)] if 0 < record <= LARGEST_RECORD:
            return record
    raise BadParameters("“next” is not from an answer of ours. Start without it.")


def page_after(
    items: Sequence[Item], keys: Sequence[Key], cursor: str | None, limit: int
) -> tuple[Sequence[Item], str | None]:
    """The items after the one that the cursor names, and the cursor that goes on from there."""
    start = 0
    if cursor is not None:
        key = read_cursor(cursor)
        if key not in keys:
            raise _unknown()
        start = keys.index(key) + 1
    end = start + limit
    following = write_cursor(keys[end - 1]) if end < len(items) else None
    return items[start:end], following


def _unknown() -> BadParameters:
    return BadParameters("“next” is not from an answer to this question. Start without it.")
