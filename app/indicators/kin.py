"""PURE. Which indicators say something about each other's figures.

Two that count the same rows by the same questions (a whole and its part, a yes and its no) hide the
same figures: what one shows of a village would tell what the other hides. So does one that counts
only those who answered something, or groups people by it: how many it counts is what another one
asks. Two that ask the same of nested people (from 15 years, from 18) differ by the figure of those
between. A calculation stands for the questions that it is made of.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations

from app.indicators.definitions import Indicator
from app.xforms.expressions.parser import parse
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import Path, Question, walk
from app.xforms.join import MARK

ONE_OF_EACH = {"household", "person"}  # units of which there is one row of a household
Calculations = Mapping[str, str]  # by name of a field


@dataclass(frozen=True, slots=True)
class Asking:
    """An indicator with the questions that it looks at."""

    indicator: Indicator
    says: frozenset[str]  # that decide what a row says
    selects: frozenset[str]  # that decide which rows count, and how much
    groups: tuple[tuple[str, frozenset[str]], ...]  # that decide a row's group, by breakdown

    @property
    def code(self) -> str:
        """The indicator's."""
        return self.indicator.code


def asking(indicator: Indicator, calculations: Calculations) -> Asking:
    """The indicator as its form's calculations make it."""
    one = indicator
    said = [one.numerator, *(text for _, text in one.parts)]
    return Asking(
        one,
        says=_questions(said, calculations),
        selects=_questions([one.eligible, one.denominator], calculations),
        groups=tuple((by.name, _questions([by.expression], calculations)) for by in one.by),
    )


def families(everybody: Sequence[Asking]) -> list[list[Asking]]:
    """All of them in groups, such that nobody outside a group says anything about those in it."""
    found: list[list[Asking]] = []
    for one in everybody:
        near = [group for group in found if any(is_kin(one, other) for other in group)]
        found = [group for group in found if group not in near]
        found.append([*(member for group in near for member in group), one])
    return found


def is_kin(one: Asking, other: Asking) -> bool:
    """Whether one of them may tell what is hidden of the other."""
    return (
        are_twins(one, other)
        or are_nested(one, other)
        or _tells(one, other)
        or _tells(other, one)
        or bool(_telling_groups(one, other) or _telling_groups(other, one))
    )


def are_twins(one: Asking, other: Asking) -> bool:
    """Whether they count the same rows and look at a common question, or one is made of the other.

    Such as a share of all and a share of some of them that asks the same.
    """
    return _rows(one) == _rows(other) and bool(one.says & other.says)


def are_nested(one: Asking, other: Asking) -> bool:
    """Whether they ask the same, or look at a common question, of other people."""
    if one.indicator.unit != other.indicator.unit or _rows(one) == _rows(other):
        return False
    return bool(one.says & other.says) or _said(one) == _said(other)


def nested_pairs(family: Sequence[Asking]) -> Iterator[tuple[str, str]]:
    """Codes of those in a family whose figures differ by those of the people between."""
    for one, other in combinations(family, 2):
        if are_nested(one, other):
            yield one.code, other.code


def twins_of(family: Sequence[Asking]) -> Mapping[str, frozenset[str]]:
    """By code, the codes in a family that hide what it hides."""
    return {
        one.code: frozenset(
            o.code for o in family if o.code != one.code and (are_twins(one, o) or _tells(o, one))
        )
        for one in family
    }


def groups_of(family: Sequence[Asking]) -> Mapping[str, frozenset[tuple[str, str]]]:
    """By code, the breakdowns (code and name) whose groups are hidden where its whole is."""
    return {
        one.code: frozenset(
            (other.code, name)
            for other in family
            for name in {*_telling_groups(other, one), *_same_groups(other, one)}
        )
        for one in family
    }


def wholes_of(family: Sequence[Asking]) -> Mapping[tuple[str, str], frozenset[str]]:
    """By breakdown (code and name), the codes whose whole is hidden where a group of it is."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one, other in permutations(family, 2):
        for name in _same_groups(other, one):
            found[other.code, name].add(one.code)
    return {breakdown: frozenset(codes) for breakdown, codes in found.items()}


def _rows(one: Asking) -> tuple[str, str, str]:
    return one.indicator.unit, one.indicator.join, one.indicator.eligible


def _said(one: Asking) -> tuple[str, str, str]:
    return one.indicator.join, one.indicator.numerator, one.indicator.denominator


def _count_alike(one: Asking, other: Asking) -> bool:
    """Whether a row of the one is a row of the other: of a household one adult is asked."""
    units = {one.indicator.unit, other.indicator.unit}
    return len(units) == 1 or units == ONE_OF_EACH


def _tells(one: Asking, other: Asking) -> bool:
    """Whether how many rows `one` counts depends on what these say to `other`."""
    return _count_alike(one, other) and bool(one.selects & other.says)


def _telling_groups(one: Asking, other: Asking) -> list[str]:
    """The breakdowns of `one` whose groups are the answers to `other`."""
    if not _count_alike(one, other):
        return []
    return [name for name, questions in one.groups if questions & other.says]


def _same_groups(one: Asking, other: Asking) -> list[str]:
    """The breakdowns of `one` of which `other` counts a group, or some."""
    if not _count_alike(one, other) or not one.says & other.says:
        return []
    return [name for name, questions in one.groups if questions & other.selects]


def _questions(texts: Iterable[str], calculations: Calculations) -> frozenset[str]:
    """The questions in expressions, without the names of the forms that are joined."""
    found: set[str] = set()
    waiting = [name for text in texts for name in _names(text)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            form, mark, _ = name.rpartition(MARK)  # a calculation names questions of its own form
            waiting += [form + mark + other for other in _names(calculations.get(name, ""))]
    return frozenset(name.rpartition(MARK)[2] for name in found)


def _names(text: str) -> list[str]:
    try:
        nodes = [node for node, _ in walk(parse(text))] if text else []
    except ExpressionError:  # published before it was refused; it stands for itself
        return []
    questions = [node.name for node in nodes if isinstance(node, Question)]
    return questions + [node.steps[-1] for node in nodes if isinstance(node, Path) and node.steps]
