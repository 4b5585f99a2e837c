"""PURE. Which indicators say something about each other's figures.

Two that count the same rows by the same questions (a whole and its part, a yes and its no) hide the
same figures: what one shows of a village would tell what the other hides. Two that ask the same of
nested people (from 15 years, from 18) differ by the figure of those between.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from app.indicators.definitions import Indicator
from app.xforms.expressions.parser import parse
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import Question, walk


def families(indicators: Sequence[Indicator]) -> list[list[Indicator]]:
    """All of them in groups, such that nobody outside a group says anything about those in it."""
    found: list[list[Indicator]] = []
    for one in indicators:
        near = [group for group in found if any(is_kin(one, other) for other in group)]
        found = [group for group in found if group not in near]
        found.append([*(member for group in near for member in group), one])
    return found


def is_kin(one: Indicator, other: Indicator) -> bool:
    """Whether one of them may tell what is hidden of the other."""
    return are_twins(one, other) or are_nested(one, other)


def are_twins(one: Indicator, other: Indicator) -> bool:
    """Whether they count the same rows and look at a common question, or one is made of the other.

    Such as a share of all and a share of some of them that asks the same.
    """
    if (one.unit, one.join, one.eligible) != (other.unit, other.join, other.eligible):
        return False
    return bool(_asked(one) & _asked(other))


def are_nested(one: Indicator, other: Indicator) -> bool:
    """Whether they ask the same of other people."""
    said = [(i.unit, i.join, i.numerator, i.denominator) for i in (one, other)]
    return said[0] == said[1] and one.eligible != other.eligible


def nested_pairs(group: Sequence[Indicator]) -> Iterator[tuple[str, str]]:
    """Codes of those in a family whose figures differ by those of the people between."""
    for one, other in combinations(group, 2):
        if are_nested(one, other):
            yield one.code, other.code


def twins_of(group: Sequence[Indicator]) -> Mapping[str, frozenset[str]]:
    """By code, the codes in a family that hide what it hides."""
    return {
        one.code: frozenset(o.code for o in group if o.code != one.code and are_twins(one, o))
        for one in group
    }


def _asked(indicator: Indicator) -> set[str]:
    """The questions that decide what a row says."""
    texts = [indicator.numerator, *(text for _, text in indicator.parts)]
    found = set()
    for text in filter(None, texts):
        try:
            found |= {node.name for node, _ in walk(parse(text)) if isinstance(node, Question)}
        except ExpressionError:  # published before it was refused; it stands for itself
            continue
    return found
