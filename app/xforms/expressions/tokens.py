"""The words of an expression, each with its place in the text."""

import re
from dataclasses import dataclass

from app.errors import Phrase, phrase
from app.xforms.expressions.habits import HABITS

LONGEST = 20_000  # characters; far above what a cell of a workbook is used for

_WORD = re.compile(
    r"""
      (?P<space>\s+)
    | \$\{\s*(?P<question>[^\s{}]+)\s*\}
    | (?P<number>\d+(?:\.\d*)?|\.\d+)
    | (?P<text>"[^"]*"|'[^']*'|“[^”]*”|‘[^’]*’)
    | (?P<name>[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?)
    | (?P<symbol>\.\.|<=|>=|!=|[-+*/=<>|()\[\],.])
    """,
    re.VERBOSE,
)


class ExpressionError(ValueError):
    """An expression that has no meaning, and `why`; `at` is the place, counted from 0."""

    def __init__(self, message: str, at: int, /, **details: object) -> None:
        self.why = phrase(message, **details)
        self.at = at
        super().__init__(str(self.placed))

    @property
    def placed(self) -> Phrase:
        """Why, with the place."""
        return phrase("%(why)s (character %(place)s)", why=self.why, place=self.at + 1)


@dataclass(frozen=True, slots=True)
class Token:
    """One word; `kind` is question, number, text, name, symbol or end."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The words of the expression, closed by one of kind "end"; raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError(
            "an expression has at most %(most)s characters", LONGEST, most=LONGEST
        )
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            raise _unreadable(text, at)
        kind = match.lastgroup or "space"
        if kind != "space":
            found.append(Token(kind, _content(kind, match[kind]), at))
        at = match.end()
    return [*found, Token("end", "", len(text))]


def _content(kind: str, text: str) -> str:
    return text[1:-1] if kind == "text" else text


def instead(written: str, right: str, at: int) -> ExpressionError:
    """Of what is written otherwise here."""
    return ExpressionError(
        "%(written)r is written %(right)r here", at, written=written, right=right
    )


def _unreadable(text: str, at: int) -> ExpressionError:
    character = text[at]
    written = next((word for word in (text[at : at + 2], character) if word in HABITS), None)
    if written:
        return instead(written, HABITS[written], at)
    if character in "\"'“”‘’":
        return ExpressionError("a text that starts here is not closed by the same quote", at)
    if character == "$":
        return ExpressionError("a question is written ${name}", at)
    return ExpressionError("%(character)r has no meaning here", at, character=character)
