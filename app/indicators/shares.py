"""PURE. Whether an indicator is a share: each row says yes or no, and counts once."""

from functools import lru_cache

from app.xforms.expressions.parser import parse
from app.xforms.expressions.tree import Binary, Call, Junction, Node, Number

COMPARISONS = frozenset({"=", "!=", "<", "<=", ">", ">="})
CONDITIONS = frozenset({
    "not", "true", "false", "boolean-from-string", "selected", "contains", "starts-with",
    "ends-with", "regex",
})  # fmt: skip


@lru_cache(maxsize=1024)
def kind_of(numerator: str, denominator: str) -> str:
    """The estimator's kind of an indicator: "prop" for shares of rows, else "ratio"."""
    once = denominator.strip() in {"", "1"}
    return "prop" if once and _is_condition(parse(numerator)) else "ratio"


def _is_condition(node: Node) -> bool:
    if isinstance(node, Call) and node.name == "if":
        return all(_is_yes_or_no(part) for part in node.arguments[1:])
    if isinstance(node, Call):
        return node.name in CONDITIONS
    is_comparison = isinstance(node, Binary) and node.operator in COMPARISONS
    return is_comparison or isinstance(node, Junction)


def _is_yes_or_no(node: Node) -> bool:
    return isinstance(node, Number) and float(node.text) in {0.0, 1.0}
