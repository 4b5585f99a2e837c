"""PURE. From a value to points, in exact fractions; and from an error of one to an error of both.

The rules are those seen in provincial decisions: a/b × points; the same against a target; steps
by count; so much for each; head, deputy or neither in charge; yes or no.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

from app.scorecards.definitions import COUNT, PROPORTIONAL, STEPS, TARGET, Criterion

DIGITS = 12  # of a figure: a sum's binary tail must not decide whether a half is rounded up
REACH = Fraction(196, 100)  # standard errors to each side: what may well be true


def points_of(criterion: Criterion, value: Fraction) -> Fraction:
    """The points for a value, unrounded, from 0 to the criterion's points.

    A share is a fraction (0.83, not 83); who is in charge counts 1, 1/2 or 0, yes counts 1.
    """
    return _RULES.get(criterion.rule, _proportional)(criterion, value)


def _proportional(criterion: Criterion, value: Fraction) -> Fraction:
    return _at_most_one(value) * criterion.points


def _against_target(criterion: Criterion, value: Fraction) -> Fraction:
    return _at_most_one(value / (criterion.target or 1)) * criterion.points


def _in_steps(criterion: Criterion, value: Fraction) -> Fraction:
    reached = (step.points for step in criterion.steps if value >= step.at)
    return max(reached, default=Fraction(0))


def _for_each(criterion: Criterion, value: Fraction) -> Fraction:
    return min(max(value, Fraction(0)) * (criterion.each or 0), criterion.points)


_RULES: Mapping[str, Callable[[Criterion, Fraction], Fraction]] = {
    PROPORTIONAL: _proportional,
    TARGET: _against_target,
    STEPS: _in_steps,
    COUNT: _for_each,
}


def _at_most_one(share: Fraction) -> Fraction:
    return min(max(share, Fraction(0)), Fraction(1))


def error_of(criterion: Criterion, value: Fraction, se: Fraction) -> Fraction:
    """Standard error of the points when the value has the standard error `se`.

    |slope| · SE, with the slope of the line to where the value may well be: 1.96 standard errors to
    the side that changes the points more. On a straight rule that is the rule's slope; just above a
    target, or near a step, a slope at the value itself would be 0 and promise what nobody knows.
    """
    if not se:
        return Fraction(0)
    here = points_of(criterion, value)
    ends = (points_of(criterion, value + sign * REACH * se) for sign in (-1, 1))
    return max(abs(end - here) for end in ends) / REACH


def exact(value: float) -> Fraction:
    """A figure's value as a fraction, by its first twelve digits."""
    return Fraction(f"{value:.{DIGITS}g}")


def shown(points: Fraction, digits: int = 2) -> Decimal:
    """Points as they are read: two decimals, halves away from zero (4.275 is 4.28)."""
    above, below = points.as_integer_ratio()
    halves_up = (2 * abs(above) * 10**digits + below) // (2 * below)
    return Decimal(halves_up if above >= 0 else -halves_up).scaleb(-digits)
