"""The words of an expression, each with its place in the text."""

import re
from dataclasses import dataclass

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
    """An expression that has no meaning; `at` is the place, counted from 0."""

    def __init__(self, message: str, at: int) -> None:
        self.message = message
        self.at = at
        super().__init__(f"{message} (character {at + 1})")


@dataclass(frozen=True, slots=True)
class Token:
    """One word; `kind` is question, number, text, name, symbol or end."""

    kind: str
    text: str
    at: int


def tokens(text: str) -> list[Token]:
    """The words of the expression, closed by one of kind "end"; raises ExpressionError."""
    if len(text) > LONGEST:
        raise ExpressionError(f"an expression has at most {LONGEST} characters", LONGEST)
    found: list[Token] = []
    at = 0
    while at < len(text):
        match = _WORD.match(text, at)
        if match is None:
            raise ExpressionError(_unreadable(text[at]), at)
        kind = match.lastgroup or "space"
        if kind != "space":
            found.append(Token(kind, _content(kind, match[kind]), at))
        at = match.end()
    return [*found, Token("end", "", len(text))]


def _content(kind: str, text: str) -> str:
    return text[1:-1] if kind == "text" else text


def _unreadable(character: str) -> str:
    if character in "\"'“”‘’":
        return "a text that starts here is not closed by the same quote"
    if character == "$":
        return "a question is written ${name}"
    return f"{character!r} has no meaning here"
