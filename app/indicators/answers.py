"""The answers of a test case as an interview: `n15=2; m[1]/m_age=30; m[2]/m_age=17`."""

import re
from collections.abc import Callable

from lxml import etree

from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.dates import to_clock, to_day, to_moment
from app.xforms.expressions.values import BLANK, to_number
from app.xforms.problems import Finding
from app.xforms.question_types import CHOICE_TYPES

_STEP = re.compile(r"(?P<name>[^\[\]/\s]+)(?:\[(?P<place>[1-9]\d{0,2})\])?")
_WHOLE = re.compile(r"-?\d+", re.ASCII)
# By type of question what reads an answer, and an answer as phones write it.
_WRITTEN: dict[str, tuple[Callable[[str], object], str]] = {
    "integer": (lambda text: _WHOLE.fullmatch(text) or BLANK, "12"),
    **dict.fromkeys(("decimal", "range"), (to_number, "12.5")),
    **dict.fromkeys(("date", "today"), (to_day, "2026-06-30")),
    **dict.fromkeys(("dateTime", "start", "end"), (to_moment, "2026-06-30T10:30")),
    "time": (to_clock, "10:30"),
}


class AnswersError(ValueError):
    """Answers of a case that do not fit the questionnaire; `finding` says why."""

    def __init__(self, message: str, /, **details: object) -> None:
        self.finding = Finding(message, details=details)
        super().__init__(self.finding.text)


def build_interview(text: str, definition: FormDefinition) -> etree._Element:
    """The interview in which these questions are answered; raises AnswersError."""
    root = etree.Element(definition.root)
    for part in filter(None, map(str.strip, text.split(";"))):
        path, equals, value = map(str.strip, part.partition("="))
        if not equals:
            raise AnswersError("An answer is written question=value, not %(part)s.", part=part)
        item, places = _question(path, definition)
        _check(item, value, definition)
        element = _element(root, item.path, places)
        if element.text is not None:
            raise AnswersError("%(path)s is answered twice.", path=path)
        element.text = value
    return root


def _question(path: str, definition: FormDefinition) -> tuple[Field, dict[str, int]]:
    """The question, and by path of each repeat around it the place of the member."""
    steps = [_STEP.fullmatch(step) for step in path.split("/")]
    item = definition.field(steps[-1]["name"]) if steps[-1] else None
    if item is None or item.type in {"group", "repeat"}:
        raise AnswersError("There is no question %(name)s.", name=path)
    repeats = _repeats_around(item, definition)
    given = [(step["name"], step["place"]) for step in steps[:-1] if step]
    if [name for name, _ in given] != [repeat.name for repeat in repeats] or not all(
        place for _, place in given
    ):
        wanted = "/".join([*[f"{repeat.name}[1]" for repeat in repeats], item.name])
        raise AnswersError("%(path)s is written %(wanted)s.", path=path, wanted=wanted)
    places = [int(place) for _, place in given]
    return item, dict(zip((repeat.path for repeat in repeats), places, strict=True))


def _repeats_around(item: Field, definition: FormDefinition) -> list[Field]:
    return [
        other
        for other in definition.fields
        if other.type == "repeat" and item.path.startswith(other.path + "/")
    ]


def _check(item: Field, value: str, definition: FormDefinition) -> None:
    read, example = _WRITTEN.get(item.type, (str, ""))
    if value and read(value) is BLANK:
        raise AnswersError(
            "%(value)s is no answer to %(name)s, which is written as %(example)s.",
            value=value,
            name=item.name,
            example=example,
        )
    choices = definition.choices.get(item.list or "")
    if item.type not in CHOICE_TYPES or not choices:
        return
    codes = [value] if item.type == "select_one" else value.split()
    for code in codes:
        if code and code not in choices:
            raise AnswersError(
                "%(code)s is not in the choices of %(name)s (%(known)s).",
                code=code,
                name=item.name,
                known=", ".join(choices),
            )


def _element(root: etree._Element, path: str, places: dict[str, int]) -> etree._Element:
    """The element at the path, made with all that is missing before it."""
    element = root
    names = path.split("/")
    for depth, name in enumerate(names, start=1):
        place = places.get("/".join(names[:depth]), 1)
        found = element.findall(name)
        found += [etree.SubElement(element, name) for _ in range(place - len(found))]
        element = found[place - 1]
    return element
