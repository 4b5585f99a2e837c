"""An indicator without what its figures do not depend on, so that versions can be compared."""

from dataclasses import replace

from app.indicators.definitions import Indicator
from app.indicators.evaluate import gate_of
from app.indicators.formula import compile_breakdown, compile_formula, unit_scope
from app.xforms.definition import FormDefinition
from app.xforms.expressions.conditions import settle
from app.xforms.expressions.plan import Plan


def essential(indicator: Indicator, definition: FormDefinition) -> Indicator:
    """The indicator with only those missing codes that a question it looks at can have.

    A workbook declares missing codes for all its indicators; a code of a list that this one never
    looks at, not even in a relevance condition, must not make it another indicator.
    """
    plan = Plan(definition, frozenset(gate_of(definition)))
    scope = unit_scope(plan, indicator.unit)
    if scope is None:
        return indicator
    compile_formula(indicator, plan, scope)
    for breakdown in indicator.by:
        compile_breakdown(indicator, breakdown, plan, scope)
    settle(plan)
    lists, names = {item.list for item in plan.read}, {item.name for item in plan.read}
    kept = [code for code in indicator.missing if code.list in lists or code.question in names]
    return replace(indicator, missing=tuple(sorted(kept, key=lambda code: code.key)))
