"""What interviews add to figures, worked by hand."""

import math
from dataclasses import replace

import pytest
from lxml import etree

from app.indicators.cells import Cell
from app.indicators.evaluate import compile_indicators

ADULTS = {"unit": "m", "eligible": "${m_age} >= 18", "numerator": "${m_phone} = '2'"}
BY = """
| breakdowns |       |                                   |       |
|            | name  | expression                        | label |
|            | sex   | ${m_sex}                          | Sex   |
|            | age   | if(${m_age} < 30, 'young', 'old') | Age   |
|            | sig   | ${signal}                         | Sig.  |
"""


def member(sex="", age="", phone=""):
    return f"<m><m_sex>{sex}</m_sex><m_age>{age}</m_age><m_phone>{phone}</m_phone></m>"


def sums(cell):
    return (cell.n, cell.y, cell.x)


def test_adults_with_a_smartphone(cells):
    """Adults with phone 2 and 8; a 17-year-old with phone 2: 1/1, not 1/2."""
    xml = member(age="40", phone="2") + member(age="41", phone="8") + member(age="17", phone="2")
    found = cells(xml, **ADULTS)
    assert found == {"": Cell(0, n=1, y=1, x=1, yy=1, xy=1, xx=1, dont_know=1)}


@pytest.mark.parametrize(
    ("signal", "counted", "yes", "dont_know"),
    [("8", 0, 0, 1), ("1", 1, 0, 0), ("0", 1, 0, 0), ("3", 1, 1, 0)],
)
@pytest.mark.parametrize("numerator", ["${signal} = '3'", "number(${signal}) >= 3"])
def test_signal_is_not_covered_when_nobody_knows(cells, numerator, signal, counted, yes, dont_know):
    cell = cells(f"<signal>{signal}</signal>", numerator=numerator)[""]
    assert (cell.n, cell.y, cell.dont_know) == (counted, yes, dont_know)


def test_a_row_outside_leaves_no_trace(cells):
    assert cells(member(age="17", phone="2"), **ADULTS) == {}
    assert cells("", **ADULTS) == {}
    assert cells("<pay>7</pay>", eligible="${pay} != '7'", numerator="${pay} != '1'") == {}


def test_whoever_may_be_eligible_is_missing(cells):
    assert cells(member(age="", phone="2"), **ADULTS)[""] == Cell(0, blank=1)


@pytest.mark.parametrize(
    ("pay", "expected"), [("1", (1, 0, 1)), ("2", (1, 1, 1)), ("8", (0, 0, 0)), ("", (0, 0, 0))]
)
def test_paid_without_cash(cells, pay, expected):
    row = {"eligible": "${pay} != '7'", "numerator": "${pay} != '1'"}
    assert sums(cells(f"<pay>{pay}</pay>", **row)[""]) == expected


@pytest.mark.parametrize(
    ("irrelevant", "net", "kinds", "expected"),
    [
        ("0", "2", "", "0"),
        ("0", "1", "2", "0"),
        ("0", "1", "1 2", "1"),
        ("0", "8", "", "dont_know"),
        ("0", "9", "", "refused"),
        ("0", "", "", "blank"),
        ("0", "1", "", "blank"),
        ("missing", "2", "", "irrelevant"),
        ("missing", "8", "", "dont_know"),
        ("missing", "1", "1", "1"),
        ("out", "2", "", "outside"),
        ("out", "1", "2", "0"),
        ("out", "1", "", "blank"),
        ("out", "8", "", "dont_know"),
    ],
)
def test_a_question_that_was_not_asked(cells, irrelevant, net, kinds, expected):
    xml = f"<net>{net}</net><kinds>{kinds}</kinds>"
    found = cells(xml, numerator="selected(${kinds}, '1')", irrelevant=irrelevant)
    if expected == "outside":
        assert found == {}
    elif expected in {"0", "1"}:
        assert sums(found[""]) == (1, float(expected), 1)
    else:
        assert found[""] == Cell(0, **{expected: 1})


def test_out_is_about_the_question_even_where_another_decides(cells):
    """`out` means "among those asked", whatever else was answered."""
    row = {"numerator": "${signal} = '3' and selected(${kinds}, '1')", "irrelevant": "out"}
    assert cells("<signal>0</signal><net>2</net>", **row) == {}
    assert cells("<signal>0</signal><net>8</net>", **row)[""] == Cell(0, dont_know=1)
    assert sums(cells("<signal>0</signal><net>1</net><kinds>1</kinds>", **row)[""]) == (1, 0, 1)


def test_a_code_is_missing_in_its_list_only(cells):
    """8 is "don't know" in most lists and a tool in this one."""
    cell = cells("<tools>2 8</tools>", numerator="count-selected(${tools})")[""]
    assert sums(cell) == (1, 2, 1)


def test_a_proxy_who_says_never_is_zero_and_otherwise_missing(cells):
    row = {
        "unit": "m",
        "numerator": "if(${m_sex} = '2', if(${m_phone} = '0', 0, ''), ${m_age} > 9)",
    }
    xml = member("1", "10") + member("2", "10", "0") + member("2", "10", "1") + member("1", "5")
    assert cells(xml, **row)[""] == Cell(0, n=3, y=1, x=3, yy=1, xy=1, xx=3, blank=1)


def test_a_ratio_keeps_its_squares_and_products(cells):
    xml = member(age="3") + member(age="5")
    row = {"unit": "m", "numerator": "${m_age} * 2", "denominator": "${m_age}"}
    assert cells(xml, **row)[""] == Cell(0, n=2, y=16, x=8, yy=136, xy=68, xx=34)


@pytest.mark.parametrize(
    ("income", "spent"),
    [("5", "0"), ("0", "0"), ("1e999", "1"), ("NaN", "1"), ("INF", "1"), ("1e200", "1"), ("", "1")],
)
def test_no_figure_holds_nan_or_infinity(cells, income, spent):
    xml = f"<income>{income}</income><spent>{spent}</spent>"
    assert cells(xml, numerator="${income} div ${spent}")[""] == Cell(0, blank=1)
    assert cells(xml, numerator="1", denominator="${income} div ${spent}")[""] == Cell(0, blank=1)


def test_sums_are_finite_for_the_largest_answers(cells):
    cell = cells("<income>9e99</income>", numerator="${income}", denominator="-${income}")[""]
    assert all(math.isfinite(value) for value in (cell.yy, cell.xy, cell.xx))


def test_members_beyond_the_count_are_no_people(cells):
    xml = f"<n15>1</n15>{member(age='40', phone='2')}{member(age='41', phone='1')}"
    assert sums(cells(xml, **ADULTS)[""]) == (1, 1, 1)
    assert cells(f"<n15>0</n15>{member(age='40', phone='2')}", **ADULTS) == {}


@pytest.mark.parametrize(
    ("phones", "expected"),
    [("20", (1, 1, 1)), ("28", (1, 1, 1)), ("08", (0, 0, 0)), ("00", (1, 0, 1)), ("", (1, 0, 1))],
)
def test_a_household_by_its_members(cells, phones, expected):
    xml = "".join(member(phone=phone) for phone in phones)
    row = {"numerator": "count(${m}[${m_phone} = '2']) >= 1"}
    assert sums(cells(xml, **row)[""]) == expected


def test_breakdowns_divide_the_rows(cells):
    xml = (
        "<signal>3</signal>"
        + member("1", "40", "2")
        + member("2", "20", "1")
        + member("2", "41", "2")
        + member("", "50", "2")
        + member("1", "60", "8")
    )
    found = cells(xml, BY, by="sex age sig", **ADULTS)
    shown = {group: (cell.n, cell.y, cell.dont_know) for group, cell in found.items()}
    assert shown == {
        "": (4, 3, 1),
        "sex1": (1, 1, 1),
        "sex2": (2, 1, 0),
        "sex": (1, 1, 0),
        "ageold": (3, 3, 1),
        "ageyoung": (1, 0, 0),
        "sig3": (4, 3, 1),
    }


def test_a_group_nobody_knows_is_its_own(cells):
    found = cells("<signal>8</signal>" + member("1", "40", "2"), BY, by="sig", **ADULTS)
    assert {group: cell.n for group, cell in found.items()} == {"": 1, "sig": 1}


def test_several_indicators_keep_their_places(evaluator):
    compiled = evaluator({"numerator": "${signal} = '3'"}, ADULTS, {"numerator": "${pay} = '2'"})
    xml = f"<ho><main><signal>3</signal><pay>1</pay>{member(age='20', phone='2')}</main></ho>"
    found = compiled.evaluate(etree.fromstring(xml), interview_date="2026-11-22")
    assert {cell.indicator: (cell.n, cell.y) for cell in found} == {0: (1, 1), 1: (1, 1), 2: (1, 0)}


def test_the_same_condition_can_mean_different_things(evaluator):
    """Whom an indicator is about is looked at once per row, unless "not asked" differs."""
    row = {"eligible": "not(selected(${kinds}, '1'))", "numerator": "1"}
    choices = ("0", "missing", "out", "0")
    compiled = evaluator(*({**row, "irrelevant": choice} for choice in choices))
    root = etree.fromstring("<ho><main><net>2</net></main></ho>")
    found = compiled.evaluate(root, interview_date="2026-11-22")
    assert [(cell.indicator, cell.n, cell.irrelevant) for cell in found] == [
        (0, 1, 0),
        (1, 0, 1),
        (3, 1, 0),
    ]


def test_each_indicator_reads_answers_by_its_own_missing_codes(read, definition):
    """Indicators of two workbooks, one of which takes 8 for an answer."""
    row = {"eligible": "${signal} != '0'", "numerator": "${signal} = '3'", "by": "sig"}
    (strict,) = read(row, more=BY).indicators
    both = compile_indicators([strict, replace(strict, missing=())], definition)
    root = etree.fromstring("<ho><main><signal>8</signal></main></ho>")
    found = both.evaluate(root, interview_date="2026-11-22")
    assert [(cell.indicator, cell.value, cell.n, cell.dont_know) for cell in found] == [
        (0, "", 0, 1),
        (0, "", 0, 1),
        (1, "", 1, 0),
        (1, "8", 1, 0),
    ]


@pytest.mark.parametrize(
    ("kinds", "groups"),
    [
        ("1 2", ["1", "2"]),
        ("2 2", ["2"]),
        ("1 8", ["1", ""]),
        ("8", [""]),
        ("", [""]),
    ],
)
def test_of_several_choices_a_row_is_in_each_group(cells, kinds, groups):
    """Code 8 of this list means “don't know”: it names no group."""
    more = "|  |  | kinds | 8 | dont_know |\n" + BY.replace("${signal}", "${kinds}")
    xml = f"<net>1</net><kinds>{kinds}</kinds><signal>3</signal>"
    found = cells(xml, more=more, numerator="${signal} = '3'", by="sig")
    assert list(found) == ["", *(f"sig{group}" for group in groups)]
    assert {(cell.n, cell.y, cell.x) for cell in found.values()} == {(1, 1, 1)}


def test_today_is_the_day_of_the_interview(evaluator):
    compiled = evaluator({"numerator": "number(format-date(today(), '%Y'))"})
    root = etree.fromstring("<ho/>")
    assert compiled.evaluate(root, interview_date="2025-02-03")[0].y == 2025
    assert compiled.evaluate(root, interview_date="")[0] == Cell(0, blank=1)
