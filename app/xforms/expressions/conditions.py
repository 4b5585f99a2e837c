"""The relevance conditions of a questionnaire, compiled so that a blank tells why it is blank."""

from app.errors import Phrase
from app.xforms.expressions.coercion import as_truth
from app.xforms.expressions.compiler import Compiler
from app.xforms.expressions.meaning import Run
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Plan
from app.xforms.expressions.strict import constant, junction
from app.xforms.expressions.tokens import ExpressionError


def settle(plan: Plan) -> dict[str, Phrase]:
    """Compiles the conditions of all questions the plan reads, and of those these depend on.

    Gives why conditions are not understood here, by path of their question; such a question
    counts as not asked whenever it is blank.
    """
    unknown: dict[str, Phrase] = {}
    while plan.unsettled:
        condition = plan.unsettled.pop()
        # What the phone accepted is not judged again: faults do not matter here.
        compiler = Compiler(plan, condition.scope, codes=condition.codes, nothing=True)
        runs = [
            _compiled(compiler, path, text, unknown) for path, text in plan.sources(condition.field)
        ]
        condition.holds = junction(runs, decisive=False)
        condition.needs = frozenset(compiler.slots)
    return unknown


def _compiled(compiler: Compiler, path: str, text: str, unknown: dict[str, Phrase]) -> Run:
    compiler.base = path
    try:
        return as_truth(compiler.meaning(parse(text)), compiler.faults)
    except ExpressionError as error:
        unknown[path] = error.placed
        return constant(False)
