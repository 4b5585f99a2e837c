"""Why a blank is blank: not asked, perhaps not asked, or left blank."""

from dataclasses import replace
from itertools import pairwise

import pytest
from lxml import etree

from app.xforms.compile import compile_xlsform
from app.xforms.expressions.compiler import Compiler
from app.xforms.expressions.conditions import settle
from app.xforms.expressions.parser import parse
from app.xforms.expressions.plan import Plan, read_interview

FIBRE = "selected(${types}, '1')"  # asked where net = 1
AVAILABLE = "${avail} = '1'"  # asked where types has no 1


@pytest.mark.parametrize(
    ("answers", "not_asked_is_missing", "not_asked_is_nothing"),
    [
        ({"net": "1", "types": "1 2"}, True, True),
        ({"net": "1", "types": "2"}, False, False),
        ({"net": "1", "types": ""}, "blank", "blank"),
        ({"net": "1"}, "blank", "blank"),
        ({"net": "2"}, "irrelevant", False),
        ({"net": "2", "types": ""}, "irrelevant", False),
        # nobody knows whether it should have been asked: never "no"
        ({"net": "8"}, "dont_know", "dont_know"),
        ({"net": "9"}, "refused", "refused"),
        ({"net": ""}, "blank", "blank"),
        ({}, "blank", "blank"),
    ],
)
def test_a_question_behind_another(value, answers, not_asked_is_missing, not_asked_is_nothing):
    assert value(FIBRE, **answers) == not_asked_is_missing
    assert value(FIBRE, nothing=True, **answers) == not_asked_is_nothing


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({"net": "2", "avail": "1"}, True),
        ({"net": "2"}, "blank"),
        ({"net": "1", "types": "1"}, False),  # not asked, since there is fibre
        ({"net": "1", "types": "2", "avail": "2"}, False),
        ({"net": "8"}, "dont_know"),
        ({"net": "1", "types": "8"}, "dont_know"),
        ({"net": "1", "types": "1 8"}, False),
    ],
)
def test_a_chain_of_questions(value, answers, expected):
    """`avail` was not asked where `types` has 1; without `types` (no Internet) it was asked."""
    assert value(AVAILABLE, nothing=True, **answers) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${types} = ''", True),
        ("${types} != ''", False),
        ("selected(${types}, '8')", False),
        ("not(selected(${types}, '1'))", True),
        ("count-selected(${types})", 0),
        ("concat('<', ${types}, '>')", "<>"),
        ("${later} = 0", True),
        ("${later} + 1", 1),
        ("${later} < 1", True),
        ("${later} != 5", True),
        ("min(${later}, 3)", 0),
        ("coalesce(${later}, 7)", 0),
    ],
)
def test_nothing_in_every_operator(value, text, expected):
    assert value(text, nothing=True, net="2", n="0") == expected


@pytest.mark.parametrize("text", ["${later} = 0", "${later} + 1", "count-selected(${types})"])
def test_not_asked_is_missing_when_the_sheet_says_so(value, text):
    assert value(text, net="2", n="0") == "irrelevant"


def test_an_answer_that_should_not_be_there_is_an_answer(value):
    assert value(FIBRE, net="2", types="1") is True


def test_the_gate_of_the_interview_is_no_condition(definition):
    def conditions(gate, name):
        return Plan(definition, frozenset(gate)).sources(definition.field(name))

    assert conditions({"consent"}, "a") == []
    assert [path for path, _ in conditions(set(), "a")] == ["main"]
    assert [path for path, _ in conditions({"consent"}, "types")] == ["main/types"]
    assert [path for path, _ in conditions(set(), "types")] == ["main", "main/types"]


def test_a_guard_against_members_beyond_the_count_is_no_condition(definition):
    plan = Plan(definition, frozenset({"consent"}))
    assert plan.sources(definition.field("age")) == []
    for text, always in [
        ("position(..) <= ../../n15 and /data/consent = 1", True),
        ("position(..) <= ../../n15 and ../age > 3", False),
        ("position(..) <= ../../n15 or /data/consent = 1", False),
        ("position(..) < ../../n15", False),
        ("position(..) <= ../../n", False),
        ("position(..) <= ../../gone", False),
        ("true()", False),
        ("/data/consent = ", False),
    ]:
        fields = tuple(
            replace(item, relevant_if=text) if item.name == "phone" else item
            for item in definition.fields
        )
        other = Plan(replace(definition, fields=fields), frozenset({"consent"}))
        assert (other.sources(definition.field("phone")) == []) is always
    assert [path for path, _ in plan.sources(definition.field("app"))] == ["main/m/app"]


def test_conditions_between_members(members):
    xml = "<n15>3</n15><m><phone>1</phone></m><m><phone>2</phone></m><m><phone>8</phone></m>"
    assert members("${app} = '1'", xml) == ["blank", "irrelevant", "dont_know"]
    assert members("${phone} = '1' and ${app} = '1'", xml) == ["blank", False, "dont_know"]


def _read(definition, name, conditions, xml):
    """The answer to a question, where questions are asked under these conditions."""
    fields = tuple(
        replace(item, relevant_if=conditions.get(item.name, item.relevant_if))
        for item in definition.fields
    )
    plan = Plan(replace(definition, fields=fields), frozenset({"consent"}))
    item = plan.by_path[f"main/{name}"]
    slot = plan.slot(item, lambda _: {})
    unknown = settle(plan)
    rows = read_interview(plan, plan.in_order(), etree.fromstring(f"<data>{xml}</data>"), 0.0)
    return rows[""][0][slot], unknown


@pytest.mark.parametrize(
    "condition",
    ["instance('x')/root/item[1] = 1", "pulldata('t', 'a', 'b', ${a}) > 3", "${gone}"],
)
def test_a_blank_behind_a_condition_nobody_understands_was_not_asked(definition, condition):
    found, unknown = _read(definition, "n", {"n": condition}, "<main/>")
    assert found.reason == "irrelevant"
    assert list(unknown) == ["main/n"]
    found, _ = _read(definition, "n", {"n": condition}, "<main><n>3</n></main>")
    assert found == "3"


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        (" /data/main/a  > 1", "blank"),
        (" /data/main/a  < 2", "irrelevant"),
        ("../a", "blank"),
        ("../b = ''", "blank"),
        ("../b != ''", "irrelevant"),
        ("string-length(../b) > 0", "blank"),
        ("../../consent = '1' and ./../a = 2", "blank"),
        ("/data/main/a = 3 or /data/consent = 2", "irrelevant"),
        ("count(/data/main/m) > 1", "irrelevant"),
        ("count(/data/main/m[./phone = 1]) = 1", "blank"),
    ],
)
def test_conditions_are_read_as_the_phone_reads_them(definition, condition, reason):
    xml = "<consent>1</consent><main><a>2</a><m><phone>1</phone></m></main>"
    found, unknown = _read(definition, "n", {"n": condition}, xml)
    assert (found.reason, unknown) == (reason, {})


def test_a_long_chain_of_conditions(definition):
    """Each question is asked only after a yes to the one before, against the order of the form."""
    names = ["a", "b", "c", "net", "d", "n"]
    conditions = {name: f"/data/main/{before} = 1" for name, before in pairwise(names)}
    assert _read(definition, "a", conditions, "<main><n>2</n></main>")[0].reason == "irrelevant"
    assert _read(definition, "a", conditions, "<main><n>1</n></main>")[0].reason == "blank"


def test_conditions_in_a_circle_end(definition):
    circle = {"a": "/data/main/b = 1", "b": "/data/main/a = 1"}
    assert _read(definition, "a", circle, "<main/>")[0].reason == "blank"


GROUPED = """
| survey |
| | type         | name  | label | relevant            |
| | begin_repeat | m     | M     |                     |
| | begin_group  | g     | G     |                     |
| | integer      | later | Later | position(../..) = 2 |
| | integer      | never | Never | position(..) = 2    |
| | end_group    |       |       |                     |
| | end_repeat   |       |       |                     |
| settings |
| | form_title | form_id | version |
| | T          | t       | 1       |
"""


def test_a_question_in_a_group_of_a_member_has_its_place_two_levels_up():
    """As on phones: to position(..), the group is the first of its kind in the member."""
    plan = Plan(compile_xlsform(GROUPED.encode(), ".md", default_form_id="t").definition)
    scope = plan.scope("m")
    compiler = Compiler(plan, scope, scope.path)
    runs = [compiler.meaning(parse(text)).run for text in ("${later}", "${never}")]
    assert settle(plan) == {}
    root = etree.fromstring("<data><m><g/></m><m><g/></m></data>")
    rows = read_interview(plan, plan.in_order(), root, 0.0)["m"]
    assert [[run(row).reason for run in runs] for row in rows] == [
        ["irrelevant", "irrelevant"],
        ["blank", "irrelevant"],
    ]
