"""An indicator's expressions in words, with the labels of questions and choices."""

from collections.abc import Callable
from dataclasses import dataclass

from app.i18n import gettext, label
from app.indicators.composites import NAME
from app.indicators.definitions import Indicator
from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.parser import parse
from app.xforms.expressions.tree import (
    Binary,
    Call,
    Filtered,
    Junction,
    Negative,
    Node,
    Number,
    Path,
    Question,
    Text,
)

_SIGNS = {"!=": "≠", "<=": "≤", ">=": "≥", "*": "×", "div": "÷", "-": "−"}


@dataclass(frozen=True, slots=True)
class Wording:
    """What an indicator counts, in the present language; of a composite also its parts, by code."""

    eligible: str
    numerator: str
    denominator: str
    parts: tuple[tuple[str, str], ...]


def word(indicator: Indicator, definition: FormDefinition) -> Wording:
    """The expressions of an indicator that was published, in words; a blank one is empty."""
    say = _Speaker(definition).text
    return Wording(
        say(indicator.eligible),
        say(indicator.numerator),
        say(indicator.denominator),
        tuple((code, say(text)) for code, text in indicator.parts),
    )


@dataclass(frozen=True, slots=True)
class _Speaker:
    definition: FormDefinition

    def text(self, expression: str) -> str:
        return self.say(parse(expression)) if expression else ""

    def say(self, node: Node) -> str:
        match node:
            case Question() | Path():
                return self._question(node)
            case Filtered(of, condition):
                who, what = self.say(of), self.say(condition)
                return gettext("%(members)s with %(condition)s", members=who, condition=what)
            case Junction(operator, operands):
                word = gettext("and") if operator == "and" else gettext("or")
                return f" {word} ".join(map(self.part, operands))
            case Binary():
                return self._binary(node)
            case Call(name, arguments):
                said = _CALLS[name](self, *arguments) if name in _CALLS else None
                return said or f"{name}({'; '.join(map(self.say, arguments))})"
        return self._plain(node)

    def _plain(self, node: Number | Text | Negative) -> str:
        if isinstance(node, Negative):
            return f"−{self.part(node.operand)}"
        if isinstance(node, Number):
            return node.text
        return f"“{node.value}”" if node.value else gettext("no answer")

    def part(self, node: Node) -> str:
        """The same, in brackets where it is made of several parts itself."""
        said = self.say(node)
        is_sum = isinstance(node, Binary) and node.operator in {"+", "-", "*", "div", "mod"}
        return f"({said})" if is_sum or isinstance(node, Junction) else said

    def _question(self, node: Question | Path) -> str:
        item = self._field(node)
        if item is None:
            return "/".join(node.steps) if isinstance(node, Path) else node.name
        return f"“{label(item.labels, item.name)}”"

    def _field(self, node: Node) -> Field | None:
        return self.definition.field(node.name) if isinstance(node, Question) else None

    def choice(self, question: Node, code: str) -> str:
        item = self._field(question)
        choices = self.definition.choices.get((item and item.list) or "", {})
        return f"“{label(choices.get(code, {}), code)}”"

    def _binary(self, node: Binary) -> str:
        match node:
            case Binary("=" | "!=", Text() as text, other) if not isinstance(other, Text):
                return self._binary(Binary(node.operator, other, text, node.at))
            case Binary("=", question, Text("")):
                return gettext("%(question)s was left blank", question=self.say(question))
            case Binary("!=", question, Text("")):
                return gettext("%(question)s was answered", question=self.say(question))
            case Binary("=", question, Text(code)):
                return gettext(
                    "%(question)s is %(answer)s",
                    question=self.say(question),
                    answer=self.choice(question, code),
                )
            case Binary("!=", question, Text(code)):
                return gettext(
                    "%(question)s is not %(answer)s",
                    question=self.say(question),
                    answer=self.choice(question, code),
                )
        sign = _SIGNS.get(node.operator, node.operator)
        return f"{self.part(node.left)} {sign} {self.part(node.right)}"


def _selected(speaker: _Speaker, question: Node, code: Node) -> str | None:
    if not isinstance(code, Text):
        return None
    return gettext(
        "%(answer)s is chosen in %(question)s",
        answer=speaker.choice(question, code.value),
        question=speaker.say(question),
    )


def _if(speaker: _Speaker, condition: Node, yes: Node, no: Node) -> str:
    return gettext(
        "if %(condition)s then %(yes)s, else %(no)s",
        condition=speaker.say(condition),
        yes=speaker.part(yes),
        no=speaker.part(no),
    )


def _converted(speaker: _Speaker, what: Node) -> str:
    match what:
        case Call("format-date", (day, Text("%Y"))):
            return gettext("the year of %(what)s", what=speaker.say(day))
    return speaker.say(what)


def _coalesce(speaker: _Speaker, first: Node, *others: Node) -> str:
    said = speaker.say(first)
    for other in others:
        said = gettext(
            "%(first)s (where it is missing: %(second)s)", first=said, second=speaker.say(other)
        )
    return said


def _checklist(speaker: _Speaker, least: Node, most: Node, *conditions: Node) -> str | None:
    if not isinstance(least, Number) or not isinstance(most, Negative):
        return None
    listed = "; ".join(map(speaker.say, conditions))
    return gettext("at least %(least)s of: %(listed)s", least=least.text, listed=listed)


def _indicator(_: _Speaker, code: Node) -> str | None:
    return gettext("what %(code)s says", code=code.value) if isinstance(code, Text) else None


def _of(write: Callable[[str], str]) -> Callable[..., str | None]:
    """Words around a function of one value."""
    return lambda speaker, first, *more: None if more else write(speaker.say(first))


_CALLS: dict[str, Callable[..., str | None]] = {
    "selected": _selected,
    "if": _if,
    "number": _converted,
    "date": _converted,
    "string": _converted,
    "coalesce": _coalesce,
    "checklist": _checklist,
    NAME: _indicator,
    "today": lambda _: gettext("the day of the interview"),
    "position": lambda *_: gettext("the place among the members"),
    "not": _of(lambda what: gettext("not (%(what)s)", what=what)),
    "count": _of(lambda what: gettext("the number of %(what)s", what=what)),
    "count-selected": _of(lambda what: gettext("the number of choices in %(what)s", what=what)),
    "count-non-empty": _of(lambda what: gettext("the number of answers to %(what)s", what=what)),
    "sum": _of(lambda what: gettext("the sum of %(what)s", what=what)),
    "min": _of(lambda what: gettext("the smallest %(what)s", what=what)),
    "max": _of(lambda what: gettext("the largest %(what)s", what=what)),
}
