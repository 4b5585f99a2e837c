"""PURE. What a scorecard is: data from a province's workbook, kept as JSON, never code.

All numbers are exact fractions: points are rounded once, where somebody reads them.
"""

from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any, Self

Labels = dict[str, str]  # language code -> text; "" when the workbook has no languages

PROPORTIONAL, TARGET, STEPS = "proportional", "target", "steps"
COUNT, ROLE, YES_NO = "count", "role", "yes_no"
RULES = (PROPORTIONAL, TARGET, STEPS, COUNT, ROLE, YES_NO)
ANSWERED = frozenset({ROLE, YES_NO})  # no survey measures these: the commune says what is so


@dataclass(frozen=True, slots=True)
class Step:
    """From a value on, so many points."""

    at: Fraction
    points: Fraction


@dataclass(frozen=True, slots=True)
class Criterion:
    """One row of a scorecard: what is looked at, and how it becomes at most `points` points.

    With an `indicator` the survey's figure is the value; without one the commune reports it.
    `target` belongs to the rule target, `each` (points for one) to count, `steps` to steps.
    """

    code: str
    labels: Labels
    points: Fraction
    rule: str
    group: str = ""
    indicator: str = ""
    target: Fraction | None = None
    each: Fraction | None = None
    steps: tuple[Step, ...] = ()
    evidence: bool = False
    guide: Labels = field(default_factory=dict)
    department: str = ""
    basis: str = ""
    note: str = ""

    def __hash__(self) -> int:
        """Quick, since points are kept by it: two that are not the same seldom share these."""
        return hash((self.code, self.rule, self.indicator))

    def to_json(self) -> dict[str, Any]:
        """As JSON; a fraction is the text "83/100"."""
        return {
            "code": self.code,
            "labels": self.labels,
            "points": str(self.points),
            "rule": self.rule,
            "group": self.group,
            "indicator": self.indicator,
            "target": None if self.target is None else str(self.target),
            "each": None if self.each is None else str(self.each),
            "steps": [[str(step.at), str(step.points)] for step in self.steps],
            "evidence": self.evidence,
            "guide": self.guide,
            "department": self.department,
            "basis": self.basis,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Back from JSON."""
        exact = {name: data[name] and Fraction(data[name]) for name in ("target", "each")}
        steps = tuple(Step(Fraction(at), Fraction(points)) for at, points in data["steps"])
        points = Fraction(data["points"])
        return cls(**{**data, **exact, "points": points, "steps": steps})


@dataclass(frozen=True)  # without slots, so that what was added up is kept
class Definition:
    """One version of a scorecard: a province's criteria of one year."""

    code: str
    version: int
    year: int
    labels: Labels
    criteria: tuple[Criterion, ...]
    groups: dict[str, Labels] = field(default_factory=dict)  # in their order
    legal_basis: str = ""
    due_on: date | None = None  # the last day of self-scoring

    @cached_property
    def points(self) -> Fraction:
        """The most that can be reached."""
        return sum((criterion.points for criterion in self.criteria), Fraction(0))

    def criterion(self, code: str) -> Criterion | None:
        """The criterion with this code."""
        return next((one for one in self.criteria if one.code == code), None)

    def to_json(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "code": self.code,
            "version": self.version,
            "year": self.year,
            "labels": self.labels,
            "criteria": [criterion.to_json() for criterion in self.criteria],
            "groups": [[code, labels] for code, labels in self.groups.items()],
            "legal_basis": self.legal_basis,
            "due_on": self.due_on and self.due_on.isoformat(),
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """Back from JSON."""
        criteria = tuple(Criterion.from_json(item) for item in data["criteria"])
        due_on = data["due_on"] and date.fromisoformat(data["due_on"])
        groups = dict(data["groups"])
        return cls(**{**data, "criteria": criteria, "due_on": due_on, "groups": groups})
