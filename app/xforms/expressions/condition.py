"""A condition about an interview as a whole, such as the one that registers a household."""

from collections.abc import Callable

from lxml import etree

from app.xforms.definition import FormDefinition
from app.xforms.expressions.coercion import as_truth
from app.xforms.expressions.compiler import Compiler
from app.xforms.expressions.conditions import settle
from app.xforms.expressions.dates import to_day
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Plan, read_interview
from app.xforms.expressions.tokens import ExpressionError

# The interview's root and its ISO date.
Condition = Callable[[etree._Element, str], bool]  # noqa: SLF001 - the class has no other name


def compile_condition(text: str, definition: FormDefinition) -> Condition:
    """Compiles a condition; it holds only where that is sure. Raises ExpressionError."""
    plan = Plan(definition)
    faults: list[ExpressionError] = []
    run = as_truth(Compiler(plan, plan.top, faults=faults).meaning(parse(text)), faults)
    if faults:
        raise faults[0]
    settle(plan)
    conditions = plan.in_order()

    def holds(root: etree._Element, day: str) -> bool:
        rows = read_interview(plan, conditions, root, to_day(day))
        return all(run(row) is True for row in rows[""])

    return holds
