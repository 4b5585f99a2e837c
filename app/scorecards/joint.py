"""The error of scores whose criteria rest on the same interviews, from these interviews.

Points are taken as linear in the figures, with the slope that a line's own error has
(`points.error_of`), so that a line alone keeps that error; in a sum of lines, and in a difference
of two scores, what they have in common counts once. Where that cannot be, errors are added up: of
what was given out (what it was made of is not told), and of lines of which only bounds are known.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import hypot, sqrt
from typing import NamedTuple

from app.clock import today
from app.indicators.panel import find_panel
from app.indicators.together import Term, read_scores
from app.rounds.models import Round
from app.scorecards.ranking import Comparison, compare
from app.scorecards.scores import Line, Score


class Sum(NamedTuple):
    """The lines of a score that vary together, and the errors of the rest, added up."""

    terms: Sequence[Term]
    rest: float


def with_error(scores: Sequence[Score], round_: Round) -> list[Score]:
    """The scores with the error of their sums as their interviews tell it."""
    return [replace(score, joint=_error(score, round_)) for score in scores]


def compare_scores(one: Score, other: Score, rounds: tuple[Round, Round]) -> Comparison:
    """The first score less the second, each of its round, on the criteria that have points in both.

    In all and line by line, with errors that know of interviews behind both.
    """
    compared = compare(one, other)
    lines = compared.lines
    if not lines or not all(_is_known(line) for pair in lines for line in pair[:2]):
        return compared
    errors = _errors([pair[:2] for pair in lines], rounds)
    return Comparison(
        replace(compared.total, error=errors[0]),
        tuple(
            (mine, theirs, replace(apart, error=error))
            for (mine, theirs, apart), error in zip(lines, errors[1:], strict=True)
        ),
    )


def _error(score: Score, round_: Round) -> float | None:
    if not all(map(_is_known, score.counted)):
        return None
    found = _sum(((0, line) for line in score.counted), 1)
    if len(found.terms) < 2:  # noqa: PLR2004 - nothing that could vary together
        return score.error
    read = read_scores(round_, found.terms, today(), within=_is_village(found.terms, score.counted))
    return sqrt(read.variance()) + found.rest


def _errors(lines: Sequence[tuple[Line, Line]], rounds: tuple[Round, Round]) -> list[float]:
    """Of the difference of the sums, and of each line."""
    mine = _sum(enumerate(line for line, _ in lines), 1)
    theirs = _sum(enumerate(line for _, line in lines), -1)
    within = _is_village((*mine.terms, *theirs.terms), [line for pair in lines for line in pair])
    day = today()
    numbers = [None, *range(len(lines))]
    if rounds[0].id == rounds[1].id:
        read = read_scores(rounds[0], (*mine.terms, *theirs.terms), day, within=within)
        variances = [read.variance(number) for number in numbers]
    else:
        one = read_scores(rounds[0], mine.terms, day, within=within)
        other = read_scores(rounds[1], theirs.terms, day, within=within)
        panel = find_panel(one, other)
        variances = [
            one.variance(number) + other.variance(number) + 2 * panel.covariance(number)
            for number in numbers
        ]
    # What no interview tells is taken as drawn independently.
    rests = [hypot(mine.rest, theirs.rest)]
    rests += [hypot(_rest(one), _rest(other)) for one, other in lines]
    return [sqrt(max(v, 0.0)) + rest for v, rest in zip(variances, rests, strict=True)]


def _sum(lines: Iterator[tuple[int, Line]], sign: int) -> Sum:
    terms, rest = [], 0.0
    for number, line in lines:
        rest += _rest(line)
        term = _term(number, line, sign)
        if term is not None:
            terms.append(term)
    return Sum(terms, rest)


def _term(number: int, line: Line, sign: int) -> Term | None:
    """The line as a figure that counts so many times; None where its interviews tell no error."""
    figure = line.figure
    if figure is None or not (line.error and figure.se and figure.denominator):
        return None
    assert figure.domain_id is not None
    assert figure.value is not None
    slope = line.error / figure.se
    return Term(
        number, figure.unit_id, figure.domain_id, sign * slope, figure.value, figure.denominator
    )


def _rest(line: Line) -> float:
    return 0.0 if _term(0, line, 1) else line.error or 0.0


def _is_known(line: Line) -> bool:
    """Whether its error is known, and it is of now: of releases nobody may read the interviews."""
    return line.error is not None and (line.figure is None or line.figure.release is None)


def _is_village(terms: Sequence[Term], lines: Sequence[Line]) -> bool:
    return bool(terms) and all(
        line.figure.level == "village" for line in lines if line.figure is not None
    )
