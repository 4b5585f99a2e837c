"""PURE. A commune's card: what was computed, what it says of itself, and what the province grants.

    computed → reviewed → explained → submitted → appraised
                              ↑           ↓            ↓
                              └──────  returned  ←─────┘

Nothing that stands in one column ever replaces another one.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from app.scorecards.points import shown
from app.scorecards.scores import Line, Score

COMPUTED, REVIEWED, EXPLAINED = "computed", "reviewed", "explained"
SUBMITTED, APPRAISED, RETURNED = "submitted", "appraised", "returned"
STATES = (COMPUTED, REVIEWED, EXPLAINED, SUBMITTED, APPRAISED, RETURNED)
OPEN = frozenset({COMPUTED, REVIEWED, EXPLAINED, RETURNED})  # the commune may write

SCORE, SUBMIT, APPRAISE = "scorecard.score", "scorecard.submit", "scorecard.appraise"


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the card: from which states, to which, and who may take it."""

    before: frozenset[str]
    after: str
    capability: str


STEPS: Mapping[str, Step] = {
    "review": Step(frozenset({COMPUTED, RETURNED}), REVIEWED, SCORE),
    "explain": Step(frozenset({REVIEWED}), EXPLAINED, SCORE),
    "submit": Step(frozenset({EXPLAINED}), SUBMITTED, SUBMIT),
    "return": Step(frozenset({SUBMITTED, APPRAISED}), RETURNED, APPRAISE),
    "appraise": Step(frozenset({SUBMITTED}), APPRAISED, APPRAISE),
}

# What is to be done about a line before the card goes on.
LACKS = {
    "not_reported": "The commune's report is missing.",
    "unexplained": "Own points differ from the computed ones: explain why.",
    "no_evidence": "A file must prove it.",
    "too_many": "Own points are more than the criterion has.",
    "no_points": "Nobody has given points yet.",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """What people wrote about a criterion; None is "not said"."""

    reported: str = ""
    own: Fraction | None = None
    explanation: str = ""
    appraised: Fraction | None = None
    remark: str = ""

    def to_json(self) -> dict[str, Any]:
        """As the audit trail keeps it: what is said, points as printed."""
        said = {
            "reported": self.reported,
            "own": None if self.own is None else str(shown(self.own)),
            "explanation": self.explanation,
            "appraised": None if self.appraised is None else str(shown(self.appraised)),
            "remark": self.remark,
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True)
class CardLine:
    """One criterion of a card."""

    line: Line
    entry: Entry = Entry()
    files: int = 0

    @property
    def claimed(self) -> Fraction | None:
        """The commune's points: its own ones, else those that were computed."""
        return self.line.points if self.entry.own is None else self.entry.own

    @property
    def granted(self) -> Fraction | None:
        """The province's points, else the commune's."""
        return self.claimed if self.entry.appraised is None else self.entry.appraised

    @property
    def differs(self) -> bool:
        """Whether the commune's points are printed differently from the computed ones."""
        own, computed = self.entry.own, self.line.points
        return own is not None and (computed is None or shown(own) != shown(computed))

    def lacks(self) -> Iterator[str]:
        """What is to be done before the commune can say that it has explained; keys of LACKS."""
        criterion = self.line.criterion
        if self.line.missing == "not_reported":
            yield "not_reported"
        if self.differs and not self.entry.explanation:
            yield "unexplained"
        if (self.entry.own or 0) > criterion.points:
            yield "too_many"
        if criterion.evidence and (self.claimed or 0) > 0 and not self.files:
            yield "no_evidence"


@dataclass(frozen=True, slots=True)
class Card:
    """A commune's card of a scorecard in a round."""

    lines: tuple[CardLine, ...]
    state: str = COMPUTED
    due_on: date | None = None

    @property
    def claimed(self) -> Fraction:
        """The commune's total."""
        return _total(line.claimed for line in self.lines)

    @property
    def granted(self) -> Fraction:
        """The total with what the province has granted so far."""
        return _total(line.granted for line in self.lines)

    def line(self, code: str) -> CardLine | None:
        """The line of a criterion."""
        return next((one for one in self.lines if one.line.criterion.code == code), None)

    def lacks(self) -> dict[str, list[str]]:
        """By criterion, what the commune has still to do."""
        found = {one.line.criterion.code: list(one.lacks()) for one in self.lines}
        return {code: lacks for code, lacks in found.items() if lacks}

    def without_points(self) -> list[str]:
        """Criteria for which the province has still to give points."""
        return [one.line.criterion.code for one in self.lines if one.granted is None]

    def steps(self, rights: Collection[str], today: date) -> list[str]:
        """What somebody with these rights can do next; the commune's steps end with its time."""
        return [
            name
            for name, step in STEPS.items()
            if self.state in step.before
            and step.capability in rights
            and (step.capability == APPRAISE or self.is_open(today))
        ]

    def is_open(self, today: date) -> bool:
        """Whether the commune may write."""
        return self.state in OPEN and (self.due_on is None or today <= self.due_on)

    def granted_score(self, unit_id: int) -> Score:
        """The score with what was granted; the survey's error stays where its points stay."""
        return Score(unit_id, tuple(map(_granted, self.lines)))


def _granted(one: CardLine) -> Line:
    line = one.line
    if one.granted == line.points:
        return line
    return Line(line.criterion, line.value, one.granted, 0.0, figure=line.figure)


def _total(points: Iterable[Fraction | None]) -> Fraction:
    return sum((one for one in points if one is not None), Fraction(0))


def freeze(score: Score) -> list[dict[str, Any]]:
    """The computed lines as JSON, as they were when the card was handed in."""
    return [
        {
            "criterion": line.criterion.code,
            "value": None if line.value is None else str(line.value),
            "points": None if line.points is None else str(line.points),
            "error": line.error,
            "missing": line.missing,
        }
        for line in score.lines
    ]


def thaw(score: Score, kept: Sequence[Mapping[str, Any]]) -> Score:
    """The score as it was kept, with the figures of today beside it."""
    known = {item["criterion"]: item for item in kept}
    return Score(
        score.unit_id, tuple(_thawed(line, known.get(line.criterion.code)) for line in score.lines)
    )


def _thawed(line: Line, kept: Mapping[str, Any] | None) -> Line:
    if kept is None:
        return Line(line.criterion, missing="no_figure", figure=line.figure)
    value, points = (kept[name] and Fraction(kept[name]) for name in ("value", "points"))
    return Line(line.criterion, value, points, kept["error"], kept["missing"], line.figure)
