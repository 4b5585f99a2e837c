"""Texts in the reader's language: English in the code, Vietnamese in `vi.po`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from babel.messages.pofile import read_po

from app.errors import Phrase

DEFAULT_LANGUAGE = "vi"
LANGUAGES = ("vi", "en")
CATALOGUE = Path(__file__).with_name("vi.po")

_language: ContextVar[str] = ContextVar("language", default=DEFAULT_LANGUAGE)


def gettext(text: str, /, **details: Any) -> str:
    """The text in the present language, its `%(name)s` places filled from `details`.

    A detail that is a `Phrase` is told in the present language, too; a decimal has its comma.
    """
    if _language.get() != "en":
        text = _vietnamese().get(text, text)
    return text % {name: _told(detail) for name, detail in details.items()} if details else text


def use_language(language: str | None) -> None:
    """Sets the present language; every door does so at the start of every request."""
    _language.set(language if language in LANGUAGES else DEFAULT_LANGUAGE)


def present_language() -> str:
    """The language that texts are in now: `vi` or `en`."""
    return _language.get()


@contextmanager
def in_language(language: str | None) -> Iterator[None]:
    """Another language for a while, for a message to somebody else."""
    before = _language.get()
    use_language(language)
    try:
        yield
    finally:
        _language.set(before)


def label(labels: Mapping[str, str], otherwise: str = "") -> str:
    """A questionnaire's text in the present language, else in Vietnamese, else in any."""
    wanted = (present_language(), "vi", "")
    found = next((labels[language] for language in wanted if labels.get(language)), None)
    return found or next(filter(None, labels.values()), otherwise)


def _told(detail: Any) -> Any:
    if isinstance(detail, Phrase):
        return detail.told(gettext)
    if isinstance(detail, Decimal) and present_language() != "en":
        return str(detail).replace(".", ",")
    return detail


@cache
def _vietnamese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        messages = read_po(file, locale="vi")
    return {str(m.id): str(m.string) for m in messages if m.id and m.string and not m.fuzzy}
