"""Reading expressions."""

import pytest

from app.xforms.expressions.parser import parse
from app.xforms.expressions.tokens import ExpressionError
from app.xforms.expressions.tree import (
    Binary,
    Call,
    Filtered,
    Junction,
    Negative,
    Node,
    Number,
    Path,
    Question,
    Text,
)


def shown(node: Node) -> str:
    """The tree as a text with a bracket around every operation."""
    return SHOWN[type(node)](node)


def joined(nodes: tuple[Node, ...], by: str) -> str:
    return by.join(map(shown, nodes))


SHOWN = {
    Number: lambda node: node.text,
    Text: lambda node: repr(node.value),
    Question: lambda node: "$" + node.name,
    Path: lambda node: "/".join(node.steps),
    Filtered: lambda node: f"{shown(node.of)}[{shown(node.condition)}]",
    Call: lambda node: f"{node.name}({joined(node.arguments, ', ')})",
    Negative: lambda node: f"(-{shown(node.operand)})",
    Binary: lambda node: f"({shown(node.left)} {node.operator} {shown(node.right)})",
    Junction: lambda node: f"({joined(node.operands, f' {node.operator} ')})",
}


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("1 - 2 - 3", "((1 - 2) - 3)"),
        ("(1 - 2) * 3", "((1 - 2) * 3)"),
        ("6 div 2 mod 2", "((6 div 2) mod 2)"),
        ("- 2 + 3", "((-2) + 3)"),
        ("--2", "(-(-2))"),
        ("2 * -3", "(2 * (-3))"),
        ("1 < 2 = 3 > 4", "((1 < 2) = (3 > 4))"),
        ("${a} = 1 or ${b} = 2 and ${c} = 3", "(($a = 1) or (($b = 2) and ($c = 3)))"),
        ("true() and true() and false()", "(true() and true() and false())"),
        ("not(${a}='1')", "not(($a = '1'))"),
        ('selected(${ a }, "1")', "selected($a, '1')"),
        ("if(${a} = ‘x’, “it's”, '')", "if(($a = 'x'), \"it's\", '')"),
        ("count-selected(.) - 1", "(count-selected(.) - 1)"),
        ("count(${m}[${x} >= .5])", "count($m[($x >= .5)])"),
        (" /try/main/a ='1'", "(/try/main/a = '1')"),
        ("../a < current()/../b", "(../a < ./../b)"),
        ("position(..)", "position(..)"),
        # operators are operators only between two values
        ("or = and", "(or = and)"),
        ("div div mod", "(div div mod)"),
        ("a -b", "(a - b)"),
        ("a-b", "a-b"),
    ],
)
def test_operators_bind_as_in_xpath(text, tree):
    assert shown(parse(text)) == tree


@pytest.mark.parametrize(
    ("text", "at", "message"),
    [
        ("", 0, "a value is expected, not the end"),
        ("1 +", 3, "a value is expected, not the end"),
        ("${a} = 'x", 7, "not closed"),
        ("${a = 1", 0, "a question is written ${name}"),
        ("(1 + 2", 6, "')' is expected, not the end"),
        ("1 + 2)", 5, "')' is not expected here"),
        ("if(1, 2", 7, "',' is expected, not the end"),
        ("if(1 2)", 5, "',' is expected, not '2'"),
        ("${a} == 1", 5, "'==' is written '=' here"),
        ("${a} ^ 1", 5, "'^' has no meaning here"),
        ("1 = 2 3", 6, "'3' is not expected here"),
        ("concat(${a} '/')", 12, "',' is expected, not '/'"),
        ("${m}[1", 6, "']' is expected"),
        ("1[2]", 1, "only a repeat"),
        ("${m}[1]/x", 7, "nothing may follow"),
        ("a//b", 2, "a path goes on with a name"),
        ("a | b", 2, "'|' is not expected here"),
        ("(" * 5000, 80, "nested too deeply"),
        ("1" + "+1" * 200, None, "nested too deeply"),
        ("1+" * 12000, 20000, "at most 20000 characters"),
    ],
)
def test_an_error_says_what_and_where(text, at, message):
    with pytest.raises(ExpressionError) as refusal:
        parse(text)
    assert message in str(refusal.value.why)
    assert at in {refusal.value.at, None}
    assert f"(character {refusal.value.at + 1})" in str(refusal.value)


def test_many_conditions_in_a_row_are_not_deep():
    node = parse(" or ".join(["${a} = '1'"] * 900))
    assert len(node.operands) == 900
