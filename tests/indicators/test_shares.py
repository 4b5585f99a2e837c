"""A share is what can only be yes or no, of rows that are in or out, however it is written."""

from dataclasses import replace

import pytest

from app.indicators.shares import CONDITIONS, kind_of
from app.xforms.expressions.compiler import NAMES
from app.xforms.expressions.functions import FUNCTIONS
from app.xforms.expressions.meaning import Kind

CERTAIN = "${pay} = '2'"
SHARES = [
    CERTAIN,
    "${pay} = '2' or ${pay} = '7'",
    "if(${pay} = '2', 1, 0)",
    "if(${pay} = '2', '1', '0')",
    "if(${net} = '1', if(${pay} = '1', 0, ''), ${pay} = '2')",  # XHS-09 is written like this
    "number(${pay} = '2')",
    "(${pay} = '2') * 1",
    "1 - (${pay} = '2')",
    "(${pay} = '2') + 0",
    "(${pay} = '2') * (${net} = '1')",
    "abs((${pay} = '2') - 1)",
    "min(1, (${pay} = '2') + (${net} = '1'))",
    "coalesce(if(${pay} = '2', 1, ''), 0)",
    "count(${m}[${m_phone} = '2']) >= 1",
    "checklist(1, 2, ${pay} = '2', ${net} = '1')",
    "${income} > 5",
    "true()",
    "indicator('OTHER')",
    "number(${net_yes})",  # a choice of 0, 1 and "don't know"
    "${is_poor}",  # a calculation
]
OTHERS = [
    "${income}",
    "count(${m})",
    "number(${pay})",
    "number(${net})",
    "if(${pay} = '2', 2, 0)",
    "if(${pay} = '2', ${income}, 0)",
    "(${pay} = '2') + (${net} = '1')",
    "(${pay} = '2') - 1",
    "(${pay} = '2') * 0.5",
    "${n_smart}",
    "${income} div 2",
    "string-length(${word})",
]


@pytest.fixture
def form(definition):
    """The questionnaire with a choice of 0 and 1, and a calculation."""
    net = definition.field("net")
    more = (
        replace(net, name="net_yes", path="main/net_yes", list="nq"),
        replace(definition.field("n_smart"), name="is_poor", path="main/is_poor",
                calculation="if( ../net  = '1', 1, 0)"),
    )  # fmt: skip
    choices = {**definition.choices, "nq": {key: {"": "?"} for key in "019"}}
    return replace(definition, fields=(*definition.fields, *more), choices=choices)


@pytest.fixture
def kind(read, form):
    def kind(**said):
        other = {"code": "OTHER", "numerator": CERTAIN, "irrelevant": "0"}
        more = "| | | net_yes | 9 | refused |\n"
        sheet = read(other, {"irrelevant": "0", **said}, more=more)
        return kind_of(sheet.indicators[-1], form)

    return kind


def test_every_function_that_is_a_condition_is_known():
    conditions = {name for name, function in FUNCTIONS.items() if function.gives is Kind.TRUTH}
    assert conditions <= CONDITIONS <= NAMES


@pytest.mark.parametrize("numerator", SHARES)
def test_what_is_yes_or_no_is_a_share(kind, numerator):
    assert kind(numerator=numerator) == "prop"


@pytest.mark.parametrize("numerator", OTHERS)
def test_what_can_be_more_is_not(kind, numerator):
    assert kind(numerator=numerator) == "ratio"


@pytest.mark.parametrize(
    ("denominator", "expected"),
    [
        ("1", "prop"),
        ("1.0", "prop"),
        ("true()", "prop"),
        ("${net} = '1'", "prop"),
        ("if(${net} = '1', 1, 0)", "prop"),
        ("2", "ratio"),
        ("${income}", "ratio"),
        ("count(${m})", "ratio"),
    ],
)
def test_those_whom_it_is_of_are_in_or_out(kind, denominator, expected):
    assert kind(numerator=CERTAIN, denominator=denominator) == expected


def test_a_calculation_of_itself_is_not_followed_for_ever(kind, form, read):
    item = form.field("is_poor")
    round_ = replace(item, calculation="../is_poor")
    fields = tuple(round_ if known is item else known for known in form.fields)
    indicators = read({"numerator": "${is_poor}"}).indicators
    assert kind_of(indicators[0], replace(form, fields=fields)) == "ratio"
