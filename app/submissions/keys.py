"""PURE. Under which key the answer to each question of a form is stored."""

from collections.abc import Iterator

from app.xforms.answers import AnswerPlan, answer_plan
from app.xforms.definition import FormDefinition


def answer_keys(definition: FormDefinition) -> dict[str, str]:
    """By path of the question, its key among the answers of the interview or of a repeat's row."""
    return dict(_keys(answer_plan(definition)))


def _keys(node: AnswerPlan) -> Iterator[tuple[str, str]]:
    for child in node.below.values():
        if child.below:
            yield from _keys(child)
        elif child.key:
            yield child.path, child.key
