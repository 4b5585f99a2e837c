"""PURE. What names the groups of a breakdown: everybody reads it who reads the figures."""

from collections.abc import Iterator

from app.xforms.definition import Field
from app.xforms.expressions.compiler import Compiler
from app.xforms.expressions.meaning import DATES, Kind
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Plan
from app.xforms.expressions.rows import Scope
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import Call, Node, Path, Question
from app.xforms.problems import Finding
from app.xforms.question_types import CHOICE_TYPES, FILE_TYPES, PLACE_TYPES

_NEVER_TWICE = FILE_TYPES | PLACE_TYPES
_SELDOM_TWICE = DATES | {"text", "decimal", "time"}
# Functions in whose value the answer still stands as it was given.
_KEEPING = frozenset(
    {"coalesce", "concat", "join", "normalize-space", "translate", "string", "number", "int"}
    | {"min", "max", "date", "date-time"}
)


def group_findings(expression: str, plan: Plan, scope: Scope) -> Iterator[Finding]:
    """What is wrong with groups named so, without their place; faults of its own aside."""
    try:
        node = parse(expression)
        meaning = Compiler(plan, scope, scope.path).meaning(node)
    except ExpressionError:
        return
    if meaning.kind is Kind.TRUTH:
        yield Finding(
            "A condition makes groups named true and false:"
            " to name them, write if(…, 'yes', 'no').",
            severity="warning",
        )
    for item in {item.path: item for item in _told(node, plan, scope.path)}.values():
        details = {"name": item.name}
        if item.pii and item.type not in CHOICE_TYPES:
            yield Finding(
                "${%(name)s} is personal, and everybody reads the names of groups:"
                " put answers together, as with if(…).",
                details=details,
            )
        elif item.type in _NEVER_TWICE:
            yield Finding(
                "Each answer to ${%(name)s} would be a group of its own:"
                " put answers together, as with if(…).",
                details=details,
            )
        elif item.type in _SELDOM_TWICE:
            yield Finding(
                "Each answer to ${%(name)s} is a group of its own, which everybody reads:"
                " if that is not meant, put answers together, as with if(…).",
                severity="warning",
                details=details,
            )


def _told(node: Node, plan: Plan, base: str) -> Iterator[Field]:
    """The questions whose answers stand in the value as they were given."""
    match node:
        case Question() | Path():
            found = plan.find(node, base)
            yield from [found] if found else []
        case Call("if", (_, *values)):
            for value in values:
                yield from _told(value, plan, base)
        case Call("indexed-repeat", (question, *_)):
            yield from _told(question, plan, base)
        case Call(name, arguments) if name in _KEEPING:
            for argument in arguments:
                yield from _told(argument, plan, base)
