"""PURE. A commune's score: line by line, with what is missing and why, and its error."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache

from app.errors import BadRequest
from app.indicators.figures import Figure
from app.scorecards.definitions import Criterion, Definition
from app.scorecards.points import REACH, error_of, exact, points_of
from app.scorecards.ranks import NORMAL_95, Standing
from app.scorecards.reported import value_of

# Why a criterion has no points; never 0 in their place.
MISSING = {
    "no_indicator": "There is no such indicator yet.",
    "no_figure": "No approved interview answers this yet.",
    "withheld": "The figure is withheld from you.",
    "broken": "There is no figure under these boundaries.",
    "not_reported": "The commune has not reported it yet.",
    "not_given_out": "What communes report is not given out.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of a score. Without points, `missing` (a key of MISSING) says why."""

    criterion: Criterion
    value: Fraction | None = None
    points: Fraction | None = None
    error: float | None = None  # standard error of the points; None: not known
    missing: str | None = None
    figure: Figure | None = None

    @property
    def standing(self) -> Standing:
        """As ranks and differences need it."""
        return Standing(self.points or Fraction(0), self.error)


@dataclass(frozen=True)  # without slots, so that what was added up is kept
class Score:
    """What a unit has of a scorecard; `points` of `of`, the points of what could be computed."""

    unit_id: int
    lines: tuple[Line, ...]
    joint: float | None = None  # standard error of the sum, where it was told from the interviews

    @cached_property
    def counted(self) -> tuple[Line, ...]:
        """The lines that have points."""
        return tuple(line for line in self.lines if line.points is not None)

    @cached_property
    def points(self) -> Fraction:
        """The sum of the unrounded points that there are."""
        return sum((line.points for line in self.lines if line.points is not None), Fraction(0))

    @property
    def told(self) -> Fraction | None:
        """The same as it is told: None, not 0, while no criterion has points."""
        return self.points if self.counted else None

    @cached_property
    def of(self) -> Fraction:
        """How many points those lines could have."""
        return sum((line.criterion.points for line in self.counted), Fraction(0))

    @cached_property
    def error(self) -> float | None:
        """Standard error of the sum: `joint`, else an upper bound of it.

        Indicators share households, so that without a look at them errors are added.
        """
        if self.joint is not None:
            return self.joint
        errors = [line.error for line in self.counted]
        known = [error for error in errors if error is not None]
        return sum(known) if errors and len(known) == len(errors) else None

    @property
    def ci(self) -> tuple[float, float] | None:
        """The 95 % interval, within what is possible."""
        if self.error is None:
            return None
        reach, points = NORMAL_95 * self.error, float(self.points)
        return max(points - reach, 0.0), min(points + reach, float(self.of))

    @property
    def is_complete(self) -> bool:
        """Whether every criterion has points."""
        return len(self.counted) == len(self.lines)

    def only(self, codes: Iterable[str]) -> "Score":
        """The same with some of its criteria."""
        wanted = set(codes)
        kept = tuple(line for line in self.lines if line.criterion.code in wanted)
        left_out = (line for line in self.lines if line.criterion.code not in wanted)
        return Score(self.unit_id, kept, None if any(one.error for one in left_out) else self.joint)

    def line(self, code: str) -> Line | None:
        """The line of a criterion."""
        return next((line for line in self.lines if line.criterion.code == code), None)

    @property
    def standing(self) -> Standing:
        """As ranks and differences need it."""
        return Standing(self.points, self.error)


def score(
    unit_id: int,
    definition: Definition,
    figures: Iterable[Figure],
    reported: Mapping[str, str] | None,
) -> Score:
    """A unit's score from its undivided figures and from what it reports, by criterion.

    `reported` is None for readers to whom that is not given out.
    """
    known = {figure.indicator: figure for figure in figures}
    return Score(
        unit_id,
        tuple(
            _measured(criterion, known.get(criterion.indicator))
            if criterion.indicator
            else _told(criterion, reported)
            for criterion in definition.criteria
        ),
    )


def _measured(criterion: Criterion, figure: Figure | None) -> Line:
    if figure is None:
        return Line(criterion, missing="no_indicator")
    if figure.value is None:
        reasons = (("broken", figure.broken), ("withheld", figure.suppressed))
        why = next((reason for reason, holds in reasons if holds), "no_figure")
        return Line(criterion, missing=why, figure=figure)
    value, points, error = _worth(criterion, figure.value, standard_error(figure))
    return Line(criterion, value, points, error, figure=figure)


@lru_cache(maxsize=8192)  # of a province's communes, each with its criteria
def _worth(
    criterion: Criterion, value: float, se: float | None
) -> tuple[Fraction, Fraction, float | None]:
    """The exact value, its points and their standard error."""
    found = exact(value)
    error = None if se is None else float(error_of(criterion, found, exact(se)))
    return found, points_of(criterion, found), error


def _told(criterion: Criterion, reported: Mapping[str, str] | None) -> Line:
    if reported is None:
        return Line(criterion, missing="not_given_out")
    try:
        value = value_of(criterion, reported.get(criterion.code, ""))
    except BadRequest:  # blank, or written for an earlier version's rule
        return Line(criterion, missing="not_reported")
    return Line(criterion, value, points_of(criterion, value), 0.0)


def standard_error(figure: Figure) -> float | None:
    """Of a figure; None when nothing is known.

    Where everybody sampled says the same, from its interval instead of 0; where nothing can be
    estimated yet, such as from a few villages, so large that it reaches what is possible at all.
    """
    reach = figure.bounds if figure.se is None else figure.ci
    if figure.se or reach is None or figure.value is None:
        return figure.se
    return max(reach[1] - figure.value, figure.value - reach[0]) / float(REACH)
