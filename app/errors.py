"""Every refusal of the programme: a status, a name, and words that say what to do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


def fill(message: str, /, **details: Any) -> str:
    """The source text itself, in English, with its details."""
    return message % details if details else message


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that are a detail of a message, and told in the language in which that is told.

    `message` is a source text with details, which may be phrases again; str() is in English.
    """

    message: str
    details: Mapping[str, Any] = field(default_factory=dict, hash=False)
    begins: bool = False  # a sentence: the first letter is a capital

    @property
    def beginning(self) -> "Phrase":
        """The same at the beginning of a sentence."""
        return replace(self, begins=True)

    def told(self, tell: Callable[..., str]) -> str:
        """The words as `tell` says source texts: `fill`, or `gettext` for the reader."""
        text = tell(self.message, **self.details)
        # A function is written as it is.
        is_call = text.partition(" ")[0].partition("(")[1]
        return text[:1].upper() + text[1:] if self.begins and not is_call else text

    def __str__(self) -> str:
        return self.told(fill)


def phrase(message: str, /, **details: Any) -> Phrase:
    """Make a phrase from its source text and details."""
    return Phrase(message, details)


class Problem(Exception):
    """A refusal; doors write it as OpenRosa XML, JSON or a page, in the reader's language.

    `message` is an English source text with `%(name)s` places, filled from `details`.
    """

    status = 400
    message = "The request cannot be carried out."

    def __init__(self, message: str | None = None, /, **details: Any) -> None:
        self.message = message or type(self).message
        self.details: Mapping[str, Any] = details
        super().__init__(fill(self.message, **details))

    @property
    def code(self) -> str:
        """The stable name machines see, for example `NotFound`."""
        return type(self).__name__


class BadRequest(Problem):
    """The request is not understood."""


class NotFound(Problem):
    """There is nothing here, or nothing that this reader may see."""

    status = 404
    message = "There is nothing at this address, or you may not see it."


class SignInNeeded(Problem):
    """Nobody is signed in, or the token is unknown, revoked or expired."""

    status = 401
    message = "Please sign in."


class NotAllowed(Problem):
    """The person is known and may not do this."""

    status = 403
    message = "You may not do this. Ask your administrator if you should."


class Conflict(Problem):
    """What is there already stands in the way."""

    status = 409


class TooLarge(Problem):
    """More bytes than the server takes."""

    status = 413
    message = "This is too large. Send smaller files."


class NotReady(Problem):
    """The database or the disk cannot take it now; the sender should try again later."""

    status = 503
    message = "The server is busy or being repaired. Your work is safe on the phone; send it later."
