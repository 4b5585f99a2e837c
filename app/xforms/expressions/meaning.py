"""What a checked part of an expression means: its kind, and how a row gives its value."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from app.errors import Phrase
from app.xforms.definition import Field
from app.xforms.expressions.rows import Row, Scope
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.values import Missing

Run = Callable[[Row], Any]  # bool, float, str, or Missing, by the kind
Faults = list[ExpressionError]


class Kind(StrEnum):
    """The kinds of values, in the words of error messages."""

    @property
    def words(self) -> Phrase:
        """The kind as part of a message."""
        return Phrase(self.value)

    TRUTH = "a condition"
    NUMBER = "a number"
    TEXT = "a text"
    DATE = "a date"
    CODE = "a choice"
    CODES = "several choices"
    ANY = "a calculated value"  # by itself text; a number where one is needed
    NOTHING = "nothing"  # ''
    MEMBERS = "the members of a repeat"


@dataclass(frozen=True, slots=True)
class Answer:
    """A question in an expression: the answer as it stands in the row, and how to look at it."""

    field: Field
    get: Run
    codes: dict[str, Missing]  # answers that mean missing
    choices: frozenset[str]  # codes of its list; none when they are not known
    nothing: bool  # an irrelevant answer is known to be nothing: '' or 0

    @property
    def ticked(self) -> bool:
        """Whether "don't know" may stand among several ticked choices."""
        return bool(self.codes) and kind_of(self.field) is Kind.CODES


@dataclass(slots=True)
class Meaning:
    """A checked part of an expression; `run` gives its value in a row (of members: their rows)."""

    kind: Kind
    run: Run
    at: int
    literal: str | None = None  # a number or text as written
    answer: Answer | None = None  # a question as such
    picked: Answer | None = None  # of one choice among several: the question
    tally: Run | None = None  # of a count: members who surely count, who may, and why only may
    scope: Scope | None = None  # of members: their kind of row
    each: "Meaning | None" = None  # of a question of members: its meaning in their rows
    holds: Run | None = None  # of members: the condition in brackets
    lost: Run | None = None  # of members: why nobody knows of some, as a list; None: all are there

    @property
    def shown(self) -> str | Phrase:
        """The part as messages name it: the question as it is written, else what kind it is."""
        return f"${{{self.answer.field.name}}}" if self.answer else self.kind.words


_KINDS = {
    **dict.fromkeys(("integer", "decimal", "range"), Kind.NUMBER),
    **dict.fromkeys(("calculate", "hidden"), Kind.ANY),
    "select_one": Kind.CODE,
    "select_multiple": Kind.CODES,
    "rank": Kind.CODES,
}
NO_ANSWER = frozenset({"note", "group"})
DATES = frozenset({"date", "today", "dateTime", "start", "end"})


def kind_of(field: Field) -> Kind:
    """The kind of value a question's answer is."""
    return _KINDS.get(field.type, Kind.TEXT)
