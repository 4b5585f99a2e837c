"""Composites: indicators made of others, row by row."""

import pytest
from lxml import etree

from app.indicators.checks import check_indicators
from app.indicators.definitions import Indicator
from app.indicators.evaluate import compile_indicators
from app.indicators.shares import kind_of

FIBRE = {"code": "FIBRE", "numerator": "selected(${kinds}, '1')", "irrelevant": "0"}
CASHLESS = {"code": "PAID", "eligible": "${pay} != '7'", "numerator": "${pay} != '1'"}
SHARE = {"code": "SHARE", "numerator": "${spent}", "denominator": "${income}"}
BOTH = {"code": "BOTH", "numerator": "indicator('FIBRE') and indicator('PAID')", "irrelevant": "0"}


@pytest.fixture
def worth(evaluator):
    """The sums of the last of these indicators for an interview."""

    def evaluated(xml, *rows):
        root = etree.fromstring(f"<ho><main>{xml}</main></ho>")
        cells = evaluator(*rows).evaluate(root, interview_date="2026-11-22")
        (cell,) = [cell for cell in cells if cell.indicator == len(rows) - 1]
        return (cell.y, cell.x) if cell.n else cell.missing

    return evaluated


@pytest.fixture
def errors(read, definition):
    def check(*rows):
        found = check_indicators(read(*rows), definition)
        return [str(finding) for finding in found if finding.severity == "error"]

    return check


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        ("<net>1</net><kinds>1</kinds><pay>2</pay>", (1, 1)),
        ("<net>1</net><kinds>1</kinds><pay>1</pay>", (0, 1)),
        ("<net>2</net><pay>2</pay>", (0, 1)),  # no Internet is no fibre
        ("<net>2</net><pay>7</pay>", (0, 1)),  # one sure "no" decides, whatever the other says
        ("<net>1</net><kinds>1</kinds><pay>7</pay>", 1),  # outside there is missing here
        ("<net>1</net><kinds>1</kinds><pay>8</pay>", 1),
    ],
)
def test_a_composite_is_what_its_parts_say_of_the_row(worth, xml, expected):
    assert worth(xml, FIBRE, CASHLESS, BOTH) == expected


def test_parts_are_added_and_counted(worth):
    mean = {"code": "MEAN", "irrelevant": "0",
            "numerator": "(indicator('FIBRE') + coalesce(indicator('PAID'), 0)) div 2"}  # fmt: skip
    xml = "<net>1</net><kinds>1</kinds><pay>7</pay>"
    assert worth(xml, FIBRE, CASHLESS, mean) == (0.5, 1)
    some = {"code": "SOME", "irrelevant": "0",
            "numerator": "checklist(1, -1, indicator('FIBRE'), indicator('PAID'))"}  # fmt: skip
    assert worth(xml, FIBRE, CASHLESS, some) == (1, 1)


def test_a_part_with_a_denominator_is_its_quotient(worth):
    half = {"code": "HALF", "numerator": "indicator('SHARE') >= 0.5"}
    assert worth("<spent>30</spent><income>50</income>", SHARE, half) == (1, 1)
    assert worth("<spent>30</spent><income>0</income>", SHARE, half) == 1


def test_composites_are_made_of_composites_in_any_order_of_rows(worth):
    top = {"code": "TOP", "numerator": "not(indicator('BOTH'))", "irrelevant": "0"}
    xml = "<net>1</net><kinds>1</kinds><pay>2</pay>"
    assert worth(xml, BOTH, FIBRE, CASHLESS, top) == (0, 1)


def test_a_stored_composite_stands_for_itself(read, definition):
    (*_, both) = read(FIBRE, CASHLESS, BOTH).indicators
    again = Indicator.from_json(both.to_json())
    assert again == both
    assert dict(again.parts) == {
        "FIBRE": "selected(${kinds}, '1')",
        "PAID": "if(${pay} != '7', ${pay} != '1', '')",
    }
    compile_indicators([again], definition)
    assert kind_of(both, definition) == "prop"


def test_a_part_that_changes_changes_the_composite(read):
    (*_, before) = read(FIBRE, CASHLESS, BOTH).indicators
    (*_, after) = read({**FIBRE, "numerator": "selected(${kinds}, '2')"}, CASHLESS, BOTH).indicators
    assert before != after


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"numerator": "indicator('NIX')"}, "F4: There is no indicator NIX in this workbook, at"),
        ({"numerator": "indicator('BOTH')"}, "F4: BOTH → BOTH: an indicator cannot be made of"),
        ({"eligible": "indicator('NIX')"}, "E4: There is no indicator NIX"),
        ({"numerator": "indicator(${net})"}, "F4: indicator() takes the code of an indicator"),
        ({"unit": "m"}, "F4: FIBRE counts rows of household, and this one rows of m."),
        ({"irrelevant": ""}, "F4: Say in irrelevant what FIBRE says there: 0 or missing."),
        ({"irrelevant": "missing"}, "F4: Say in irrelevant what FIBRE says there: 0 or missing."),
        ({"numerator": "indicator('PAID') + ${word}"}, "F4: ${word}, which is a text"),
    ],
)
def test_misuse_is_refused_with_its_cell(errors, change, message):
    found = errors(FIBRE, CASHLESS, {**BOTH, **change})
    assert found[0].startswith("indicators!" + message), found


def test_a_circle_is_named(errors):
    one = {"code": "ONE", "numerator": "indicator('TWO')"}
    two = {"code": "TWO", "numerator": "not(indicator('ONE'))"}
    assert errors(one, two) == [
        "indicators!F2: ONE → TWO → ONE: an indicator cannot be made of itself.",
        "indicators!F3: TWO → ONE → TWO: an indicator cannot be made of itself.",
    ]


def test_a_fault_in_a_part_points_to_where_the_part_is_named(errors):
    found = errors({**FIBRE, "numerator": "selected(${kinds}, '5')"}, CASHLESS, BOTH)
    assert [text.partition(":")[0] for text in found] == ["indicators!F2", "indicators!F4"]
    assert "at character 1 (indicator('FIBRE')" in found[1]


def test_a_circle_among_the_parts_ends_as_well(errors):
    one = {"code": "ONE", "numerator": "indicator('TWO')"}
    two = {"code": "TWO", "numerator": "not(indicator('ONE'))"}
    top = {"code": "TOP", "numerator": "indicator('ONE')"}
    assert any("F4: TOP → ONE → TWO → ONE" in text for text in errors(one, two, top))


def test_parts_that_multiply_are_refused_before_they_grow(errors):
    rows = [{"code": "C0", "numerator": "${net} = '1'"}]
    for number in range(1, 20):
        part = f"indicator('C{number - 1}')"
        rows.append({"code": f"C{number}", "numerator": " and ".join([part] * 9)})
    found = errors(*rows)
    assert any("longer than 20000 characters" in text for text in found)
