"""What an indicator is: data from a questionnaire's workbook, kept as JSON, never code."""

from dataclasses import asdict, dataclass, field
from typing import Any, Self

Labels = dict[str, str]  # language code -> text; "" when the workbook has no languages
ROOT_UNITS = frozenset({"household", "person", "village"})  # one row per interview


@dataclass(frozen=True, slots=True)
class MissingCode:
    """An answer that means there is none: a code of a choice list, or of one question."""

    code: str
    reason: str  # dont_know or refused
    list: str = ""
    question: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is about, which is said once in a workbook."""
        return (self.list, self.question, self.code)


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A division of rows into groups; the expression gives the group of a row."""

    name: str
    expression: str
    labels: Labels = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Indicator:
    """One version of one indicator: whom it counts, and what of them, in expressions.

    `unit` is household, person or village (one row per interview), or the name of a repeat (one
    row per member). `irrelevant` says what a question that was not asked is: 0, missing or out.
    """

    code: str
    version: str
    unit: str
    numerator: str
    denominator: str = ""  # "" counts each row once
    eligible: str = ""  # "" counts all rows
    labels: Labels = field(default_factory=dict)
    irrelevant: str = ""
    by: tuple[Breakdown, ...] = ()
    missing: tuple[MissingCode, ...] = ()
    parts: tuple[tuple[str, str], ...] = ()  # of a composite: codes, and what they say of a row
    weight: str = ""
    join: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """A JSON-serialisable form that says everything the figures depend on."""
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The indicator that `to_json` wrote."""
        by = tuple(Breakdown(**item) for item in data["by"])
        missing = tuple(MissingCode(**item) for item in data["missing"])
        parts = tuple((code, text) for code, text in data.get("parts", ()))
        return cls(**{**data, "by": by, "missing": missing, "parts": parts})


@dataclass(frozen=True, slots=True)
class IndicatorCase:
    """A test of one indicator: for these answers, so many rows, and these sums over them.

    Expected values are texts as written; a blank one expects that no row is counted (of
    `eligible`: expects nothing).
    """

    code: str
    answers: str
    eligible: str = ""
    numerator: str = ""
    denominator: str = ""
