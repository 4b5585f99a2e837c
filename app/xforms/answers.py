"""The typed answers of an interview, read from its XML by the form's own schema in one walk."""

from collections import Counter
from dataclasses import dataclass, field

from lxml import etree

from app.xforms.definition import Field, FormDefinition
from app.xforms.untrusted import local_name
from app.xforms.values import CASTS, Cast, Value

Values = dict[str, Value]  # name of the question, or its path from the repeat if that is ambiguous


@dataclass(slots=True)
class Uncast:
    """An answer that is not of its question's type and was kept as text."""

    path: str  # with the rows of repeats: "m[2]/m_age"
    text: str
    expected: str  # type word


@dataclass(slots=True)
class RepeatRow:
    """The answers of one row of a repeat; the row is there also when they are all blank."""

    repeat: str  # path of the repeat
    position: tuple[int, ...]  # counted from 1, the outermost repeat's first
    answers: Values = field(default_factory=dict)
    personal: Values = field(default_factory=dict)


@dataclass(slots=True)
class Answers:
    """What an interview says; blank answers are left out, personal ones are apart."""

    top: Values = field(default_factory=dict)
    personal: Values = field(default_factory=dict)
    rows: list[RepeatRow] = field(default_factory=list)  # in document order
    unknown: dict[str, str] = field(
        default_factory=dict
    )  # by path: texts the form knows no node of
    problems: list[Uncast] = field(default_factory=list)


@dataclass(slots=True)
class AnswerPlan:
    """What to do with one node of an interview, and with those below it."""

    path: str = ""
    key: str = ""
    type: str = "group"
    cast: Cast | None = None
    personal: bool = False
    below: dict[str, "AnswerPlan"] = field(default_factory=dict)


def answer_plan(definition: FormDefinition) -> AnswerPlan:
    """Prepare the reading of a form's interviews; worth keeping for each version of a form."""
    top = AnswerPlan()
    names = Counter((item.repeat, item.name) for item in definition.fields)
    plans = {"": top}
    for item in definition.fields:
        if item.type != "audit":
            ambiguous = names[item.repeat, item.name] > 1
            plans[item.path] = _plan(item, ambiguous=ambiguous)
            plans[item.path.rpartition("/")[0]].below[item.name] = plans[item.path]
    for plan in plans.values():  # rows of a repeat may have metadata as well
        if plan.type in {"group", "repeat"}:
            plan.below["meta"] = AnswerPlan(type="meta")
    return top


def read_answers(root: etree._Element, plan: AnswerPlan) -> Answers:
    """Read all answers; whatever the interview holds, nothing raises and no answer is lost.

    What stands in `meta` is no answer and not told.
    """
    answers = Answers()
    top = RepeatRow("", (), answers.top, answers.personal)
    _Reader(answers).group(root, plan, top, "")
    return answers


def _plan(item: Field, *, ambiguous: bool) -> AnswerPlan:
    inside = item.path.removeprefix(f"{item.repeat}/") if item.repeat else item.path
    return AnswerPlan(
        path=item.path,
        key=inside if ambiguous else item.name,
        type=item.type,
        cast=CASTS.get(item.type),
        personal=item.pii is not None,
    )


class _Reader:
    """Fills the answers; goes down only where the form does, however deep the interview is."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.kept: Counter[str] = Counter()

    def group(self, element: etree._Element, plan: AnswerPlan, row: RepeatRow, path: str) -> None:
        """Read what is below an element; its path ends with "/", rows of repeats counted."""
        below = plan.below
        counts: dict[str, int] = {}
        for child in element:
            known = below.get(child.tag) or below.get(child.tag.rpartition("}")[2])
            if known is None:
                self.unknown(child, path)
            elif known.type == "repeat":
                number = counts[known.path] = counts.get(known.path, 0) + 1
                inner = RepeatRow(known.path, (*row.position, number))
                self.answers.rows.append(inner)
                self.group(child, known, inner, f"{path}{local_name(child)}[{number}]/")
            elif known.type == "group":
                self.group(child, known, row, f"{path}{local_name(child)}/")
            elif known.type != "meta":
                self.answer(child, known, row, path)
        if element.text and not element.text.isspace():
            self.keep(path.rstrip("/"), element.text)

    def answer(self, node: etree._Element, plan: AnswerPlan, row: RepeatRow, path: str) -> None:
        text = node.text and node.text.strip()
        if text:
            values = row.personal if plan.personal else row.answers
            if plan.key in values:  # a second node where the form has one
                self.keep(path + local_name(node), text)
            elif plan.cast is None:
                values[plan.key] = text
            else:
                try:
                    values[plan.key] = plan.cast(text)
                except ValueError:
                    values[plan.key] = text
                    problem = Uncast(path + local_name(node), text, plan.type)
                    self.answers.problems.append(problem)
        for child in node:
            self.unknown(child, f"{path}{local_name(node)}/")

    def unknown(self, element: etree._Element, path: str) -> None:
        waiting = [(element, path)]
        while waiting:
            node, around = waiting.pop()
            inside = around + local_name(node)
            if node.text and not node.text.isspace():
                self.keep(inside, node.text)
            waiting += [(child, f"{inside}/") for child in reversed(node)]

    def keep(self, path: str, text: str) -> None:
        self.kept[path] += 1
        number = self.kept[path]
        self.answers.unknown[path if number == 1 else f"{path}[{number}]"] = text.strip()
