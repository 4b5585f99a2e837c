"""Words and numbers of scorecards: rules, values, points, and why there are none."""

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from app.i18n import format_number, format_percent, gettext, in_language, label
from app.scorecards.catalog import get_definition
from app.scorecards.definitions import COUNT, ROLE, STEPS, TARGET, YES_NO, Criterion
from app.scorecards.points import shown
from app.scorecards.scores import MISSING

WHOLE = Fraction(1)


def points(value: Fraction | float | None, digits: int = 2) -> str:
    """Points as they are read: `16,78`; a dash when there are none."""
    return format_number(None if value is None else shown(Fraction(value), digits), digits)


def score_value(value: Fraction | None, criterion: Criterion) -> str:
    """The value of a criterion: a percentage, or a number where the rule counts."""
    counts = criterion.rule in {STEPS, COUNT} or (criterion.target or 0) > WHOLE
    if value is None or not counts or _are_shares(criterion):
        return format_percent(None if value is None else float(value))
    return format_number(float(value), 0 if value.denominator == 1 else 2)


def rule(criterion: Criterion) -> str:
    """How a value becomes points, in words."""
    most = short(criterion.points)
    if criterion.rule == TARGET:
        target = score_value(criterion.target, criterion)
        return gettext(
            "value ÷ target %(target)s × %(points)s, at most %(points)s", target=target, points=most
        )
    if criterion.rule == STEPS:
        steps = [
            gettext(
                "from %(value)s: %(points)s",
                value=score_value(step.at, criterion),
                points=short(step.points),
            )
            for step in criterion.steps
        ]
        return "; ".join(steps)
    known = {
        COUNT: gettext(
            "%(each)s for each, at most %(points)s",
            each=short(criterion.each or WHOLE),
            points=most,
        ),
        ROLE: gettext("head %(points)s, deputy half of it, other 0", points=most),
        YES_NO: gettext("yes %(points)s, no 0", points=most),
    }
    return known.get(criterion.rule, gettext("share × %(points)s", points=most))


def short(value: Fraction) -> str:
    """Points of a rule without needless zeros: `20`, `0,5`."""
    return format_number(shown(value), 0 if value.denominator == 1 else 2)


class Words(NamedTuple):
    """What a card says of a criterion whoever reads it."""

    label: str
    rule: str
    points: str  # the most there are


@lru_cache(maxsize=64)
def criterion_words(scorecard_id: int, language: str) -> Mapping[str, Words]:
    """The words for a scorecard's criteria, by code; its version and the language tell them."""
    with in_language(language):
        return {
            one.code: Words(label(one.labels), rule(one), points(one.points))
            for one in get_definition(scorecard_id).criteria
        }


def missing_points(code: str) -> str:
    """Why a criterion has no points."""
    return gettext(MISSING.get(code, code))


def _are_shares(criterion: Criterion) -> bool:
    """Steps up to 1 are shares."""
    return criterion.rule == STEPS and all(step.at <= WHOLE for step in criterion.steps)
