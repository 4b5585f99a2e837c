"""What a browser sends, made harmless: addresses, texts, choices and numbers."""

from collections.abc import Collection
from datetime import date
from urllib.parse import urlsplit

from flask import request

from app.clock import today
from app.errors import BadRequest

LONGEST = 2000  # characters of one field
LARGEST_ID = 2**31 - 1  # of places, people, forms, rounds
LARGEST_RECORD = 2**63 - 1  # of instances and submissions


def posted(name: str, *, strip: bool = True, longest: int | None = LONGEST) -> str:
    """A field of the posted form, without the NUL that the database cannot keep."""
    text = request.form.get(name, "").replace("\0", "")[:longest]
    return text.strip() if strip else text


def asked(name: str) -> str:
    """A text in the address; empty when it is not there."""
    return request.args.get(name, "").replace("\0", "")[:LONGEST].strip()


def asked_id(name: str, largest: int = LARGEST_ID) -> int | None:
    """A row's id in the address; None when there is none, or none that could exist."""
    return read_id(asked(name), largest)


def posted_id(name: str, largest: int = LARGEST_ID) -> int | None:
    """The same in a posted form."""
    return read_id(posted(name), largest)


def read_id(text: str, largest: int = LARGEST_ID) -> int | None:
    """A row's id out of a text; None when it is none, or none that could exist."""
    digits = text.isascii() and text.isdigit() and len(text) <= len(str(largest))
    return int(text) if digits and 0 < int(text) <= largest else None


def asked_day(name: str) -> date | None:
    """A day in the address, None when there is none; `BadRequest` when it is no day."""
    return read_day(asked(name)) if asked(name) else None


def asked_past_day(name: str) -> date | None:
    """The same, up to today; None for anything else."""
    try:
        day = asked_day(name)
    except BadRequest:
        return None
    return day if day and day <= today() else None


def read_day(text: str) -> date:
    """A day as browsers send it; `BadRequest` when it is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadRequest("Write each day as year-month-day, such as 2026-11-25.") from None


def chosen(name: str, choices: Collection[str]) -> str | None:
    """One of the choices in the address; None when it is none of them."""
    text = asked(name)
    return text if text in choices else None


def own_address(address: str | None) -> str:
    """An address on this server to go on to; the home page instead of anything else.

    Browsers read a backslash as a slash and drop tabs and line ends, so these lead away as well.
    """
    address = address or ""
    parts = urlsplit(address) if address.isprintable() and "\\" not in address else None
    harmless = parts and not parts.scheme and not parts.netloc and address.startswith("/")
    return address if harmless and not address.startswith("//") else "/"
