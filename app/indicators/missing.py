"""PURE. Which answers mean that there is none: declared in the sheet `missing`, never guessed."""

import re
from collections.abc import Callable, Iterable

from app.indicators.definitions import MissingCode
from app.xforms.definition import Field, FormDefinition
from app.xforms.expressions.values import DONT_KNOW, REFUSED, Missing

REASONS = (DONT_KNOW, REFUSED)
_SOUNDS_MISSING = re.compile(
    r"(không (biết|nhớ|rõ)|từ chối( trả lời)?|không trả lời"
    r"|do(n.t| not) (know|remember)|refused?( to answer)?|prefers? not to say|no answer)",
    re.IGNORECASE,
)


def codes_by_question(missing: Iterable[MissingCode]) -> Callable[[Field], dict[str, Missing]]:
    """A function that gives the missing answers of a question, by code."""
    by_list: dict[str, dict[str, Missing]] = {}
    by_question: dict[str, dict[str, Missing]] = {}
    for item in missing:
        home, name = (by_list, item.list) if item.list else (by_question, item.question)
        home.setdefault(name, {})[item.code] = Missing(item.reason, item.code)

    def codes_of(question: Field) -> dict[str, Missing]:
        own = by_question.get(question.name, {})
        return {**by_list.get(question.list or "", {}), **own}

    return codes_of


def undeclared(definition: FormDefinition, list_name: str, codes: Iterable[str]) -> list[str]:
    """The codes of a list whose label sounds like "don't know" but that are not declared."""
    return [
        code
        for code, labels in definition.choices.get(list_name, {}).items()
        if code not in codes and any(map(_SOUNDS_MISSING.fullmatch, labels.values()))
    ]
