"""Members of repeats: which are rows, and what expressions see of them."""

import pytest
from lxml import etree

from app.xforms.expressions.plan import Plan, read_interview

THREE = """
<n>5</n><n15>3</n15>
<m><age>40</age><phone>1</phone><k><hours>2</hours></k><k><hours>3</hours></k></m>
<m><age>17</age><phone>8</phone></m>
<m><age>70</age><phone>2</phone><k><hours>1</hours></k></m>
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${age} >= 18", [True, False, True]),
        ("${age} + ${n}", [45, 22, 75]),  # a question of the household
        ("count(${m})", [3, 3, 3]),
        ("count(${k})", [2, 0, 1]),
        ("sum(${hours})", [5, 0, 1]),
        ("max(${hours})", [3, "blank", 1]),
        ("count(${m}[${age} >= 18]) - 1", [1, 1, 1]),
        ("today() - date('2026-11-20')", [2, 2, 2]),
    ],
)
def test_in_the_row_of_a_member(members, text, expected):
    assert members(text, THREE) == expected


def test_in_the_row_of_a_repeat_in_a_repeat(members):
    assert members("${age} + ${hours} * 100 + ${n} * 1000", THREE, "k") == [5240, 5340, 5170]
    assert members("count(${m})", THREE, "k") == [3, 3, 3]
    assert members("count(${k})", THREE, "k") == [2, 2, 1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("count(${m})", 3),
        ("count(${age})", 3),
        ("count(${k})", 3),
        ("sum(${age})", 127),
        ("min(${age})", 17),
        ("max(${age})", 70),
        ("sum(${hours})", 6),
        ("count(${m}[${age} < 60])", 2),
        ("count(${m}[position(..) > 1 and ${age} > ${n}])", 2),
        ("count(${m}[${phone} = '1'])", "dont_know"),
        ("count(${m}[${phone} = '1']) >= 1", True),
        ("count(${m}[${phone} = '1']) > 0", True),
        ("count(${m}[${phone} = '1']) != 0", True),
        ("count(${m}[${phone} = '1']) = 0", False),
        ("count(${m}[${phone} = '1']) >= 2", "dont_know"),
        ("count(${m}[${phone} = '1']) = 1", "dont_know"),
        ("count(${m}[${phone} = '1']) > 2", False),
        ("2 < count(${m}[${phone} = '1'])", False),
        ("1 <= count(${m}[${phone} = '1'])", True),
        ("count(${m}[${phone} = '1']) = ${d}", "blank"),
        ("count(${m}[${phone} = '1' and ${age} > 30])", 1),
    ],
)
def test_in_the_row_of_the_interview(members, text, expected):
    assert members(text, THREE, "") == [expected]


def test_one_missing_answer_makes_a_sum_missing(members):
    assert members("sum(${age})", "<m><age>3</age></m><m/>", "") == ["blank"]
    assert members("sum(${age})", "", "") == [0]
    assert members("max(${age})", "", "") == ["blank"]


@pytest.mark.parametrize(
    ("count", "rows"), [("2", 2), ("0", 0), ("3", 3), ("9", 3), ("", 3), (" 1 ", 1), ("x", 3)]
)
def test_members_beyond_the_count_are_not_rows(members, count, rows):
    """Lowering a count on the phone leaves the old rows in the interview."""
    xml = f"<n15>{count}</n15><m><age>1</age></m><m><age>2</age></m><m><age>3</age></m>"
    assert members("${age}", xml) == [1.0, 2.0, 3.0][:rows]
    assert members("count(${m})", xml, "") == [rows]
    assert members("sum(${age})", xml, "") == [sum([1, 2, 3][:rows])]


def test_the_count_may_stand_behind_the_members(members):
    assert members("${age}", "<m><age>1</age></m><m><age>2</age></m><n15>1</n15>") == [1.0]


def test_namespaces_comments_and_unknown_nodes_do_not_matter(definition):
    xml = """<x:data xmlns:x="http://example.org/x"><!-- a comment --><x:main>
        <x:more><x:age>9</x:age></x:more><x:n15>1</x:n15><!-- and another -->
        <x:m><x:age> 30 </x:age></x:m></x:main></x:data>"""
    plan = Plan(definition)
    item = definition.field("age")
    slot = plan.slot(item, lambda _: {})
    root = etree.fromstring(xml)
    before = etree.tostring(root)
    rows = read_interview(plan, [], root, 0.0)
    assert [row[slot] for row in rows["main/m"]] == ["30"]
    assert etree.tostring(root) == before
