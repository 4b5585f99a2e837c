"""indexed-repeat(): the answer of one member of a repeat, by the member's place."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from app.xforms.definition import Field
from app.xforms.expressions.coercion import answer_text, as_operand
from app.xforms.expressions.functions import check_count
from app.xforms.expressions.meaning import Answer, Meaning, Run, kind_of
from app.xforms.expressions.members import rows_of
from app.xforms.expressions.rows import Row, Scope
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import Call, Node, Path, Question
from app.xforms.expressions.values import BLANK, Missing

if TYPE_CHECKING:
    from app.xforms.expressions.compiler import Compiler


def indexed_repeat(compiler: "Compiler", node: Call) -> Meaning:
    """The answer to a question in the row of each repeat around it that has the place given.

    A place beyond the last member is missing; the places count from 1.
    """
    check_count(node.name, node.at, len(node.arguments), 3, None)
    if len(node.arguments) % 2 == 0:
        raise _misused(node)
    item = _field(compiler, node.arguments[0])
    scopes = [compiler.plan.scope(_field(compiler, part).path) for part in node.arguments[1::2]]
    target = compiler.plan.scope(item.repeat)
    if scopes[-1] is not target or any(inner.around is not out for out, inner in pairwise(scopes)):
        raise ExpressionError(
            "indexed-repeat() takes a question, its repeat, and the place of the member;"
            " the repeats stand from the outer to the inner",
            node.at,
        )
    places = [as_operand(compiler.meaning(part), compiler.faults) for part in node.arguments[2::2]]
    inside = compiler.among(target).answer(item, node.at).answer
    assert inside is not None
    get = _answer(rows_of(scopes[0], compiler.scope), scopes[1:], places, inside.get)
    answer = Answer(item, get, inside.codes, inside.choices, inside.nothing)
    return Meaning(kind_of(item), answer_text(answer), node.at, answer=answer)


def _answer(first: Run, inner: Sequence[Scope], places: Sequence[Run], get: Run) -> Run:
    def value(row: Row) -> object:
        found, rows = row, first(row)
        for scope, place in zip((*inner, None), places, strict=True):
            number = place(row)
            if isinstance(number, Missing):
                return number
            if not 1 <= number < len(rows) + 1:
                return BLANK
            found = rows[int(number) - 1]
            rows = found[scope.members] if scope else []
        return get(found)

    return value


def _misused(node: Node) -> ExpressionError:
    return ExpressionError(
        "indexed-repeat() takes a question, its repeat, and the place of the member", node.at
    )


def _field(compiler: "Compiler", node: Node) -> Field:
    item = compiler.plan.find(node, compiler.base) if isinstance(node, Question | Path) else None
    if item is None:
        raise _misused(node)
    return item
