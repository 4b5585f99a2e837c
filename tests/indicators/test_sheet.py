"""Reading the indicator sheets: what is wrong with them as such, by cell."""

import pytest

from app.indicators.definitions import Breakdown, IndicatorCase, MissingCode
from app.indicators.sheet import misspelt_sheets, read_indicators
from app.xforms.workbook import Workbook, read_workbook

GOOD = {"numerator": "${net} = '1'"}
SEX = """
| breakdowns |      |            |            |            |
|            | name | expression | label::Tiếng Việt (vi) | label::English (en) |
|            | sex  | ${m_sex}   | Giới tính  | Sex        |
"""


def said(sheet):
    return [str(finding) for finding in sheet.findings]


def test_a_workbook_without_indicators_has_none():
    sheet = read_indicators(Workbook())
    assert (sheet.indicators, sheet.cases, sheet.findings) == ([], [], [])


def test_what_the_sheets_say(read):
    cases = "| indicator_tests |\n| | code | answers | numerator |\n| | I1 | net=1 | 1 |\n"
    sheet = read({**GOOD, "unit": "m", "by": "sex"}, more=SEX + cases)
    assert said(sheet) == []
    (indicator,) = sheet.indicators
    assert (indicator.code, indicator.version, indicator.unit) == ("I1", "1", "m")
    assert (indicator.numerator, indicator.denominator) == ("${net} = '1'", "")
    assert indicator.labels == {"": "L"}
    assert indicator.by == (Breakdown("sex", "${m_sex}"),)
    assert indicator.by[0].labels == {"vi": "Giới tính", "en": "Sex"}
    assert MissingCode("9", "refused", list="yndk") in indicator.missing
    assert sheet.cases == [IndicatorCase("I1", "net=1", numerator="1")]
    assert str(sheet.place("indicators", "I1", "numerator")) == "indicators!F2"


NO_LABEL = "The indicator has no label: fill a column such as label::Tiếng Việt (vi)."


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({"code": ""}, "indicators!A2: code is missing: fill it."),
        ({"code": "1 x"}, "indicators!A2: A code has letters, digits, '-', '_', '.'."),
        ({"version": ""}, "indicators!B2: version is missing: fill it."),
        ({"version": "1.5"}, "indicators!B2: A version is a whole number from 1."),
        ({"version": "0"}, "indicators!B2: A version is a whole number from 1."),
        ({"label": ""}, f"indicators!A2: {NO_LABEL}"),
        ({"unit": ""}, "indicators!D2: unit is missing: fill it."),
        ({"numerator": ""}, "indicators!F2: numerator is missing: fill it."),
        ({"irrelevant": "1"}, "indicators!H2: irrelevant is one of: 0, missing, out."),
        (
            {"by": "sexe"},
            "indicators!I2: There is no breakdown sexe: write it in the sheet breakdowns.",
        ),
        ({"by": "sex, sex"}, "indicators!I2: The breakdown sex is named twice: name it once."),
        ({"weight": "2"}, "indicators!J2: Leave it blank: the sample design gives weights."),
    ],
)
def test_a_fault_of_a_row_names_its_cell(read, row, message):
    assert said(read({**GOOD, **row}, more=SEX)) == [message]


def test_a_code_stands_once(read):
    sheet = read({**GOOD, "code": "A"}, {**GOOD, "code": "B"}, {**GOOD, "code": "A"})
    assert said(sheet) == ["indicators!A4: The same stands in row 2 already: keep one of the two."]
    assert [indicator.code for indicator in sheet.indicators] == ["A", "B"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("| | | | 8 | dont_know |", "B7: Name a list or a question, one of the two."),
        ("| | phone | m_age | 7 | dont_know |", "B7: Name a list or a question, one of the two."),
        ("| | phone | | | dont_know |", "D7: code is missing: fill it."),
        ("| | phone | | 7 | unknown |", "E7: reason is one of: dont_know, refused."),
        (
            "| | phone | | 8 | refused |",
            "D7: The same stands in row 4 already: keep one of the two.",
        ),
    ],
)
def test_faults_of_the_sheet_missing(read, row, message):
    row = row.replace("| | ", "| | ", 1)
    found = said(read(GOOD, more=row + "\n"))
    assert [text.replace("missing!", "") for text in found] == [_shifted(message)]


def _shifted(message: str) -> str:
    """Columns of the sheet start with `list` in A."""
    return chr(ord(message[0]) - 1) + message[1:]


@pytest.mark.parametrize(
    ("rows", "messages"),
    [
        ("| | | ${m_sex} | S |", ["breakdowns!A3: name is missing: fill it."]),
        ("| | age | | S |", ["breakdowns!B3: expression is missing: fill it."]),
        ("| | a b | 1 | S |", ["breakdowns!A3: A name has letters, digits, '-', '_', '.'."]),
        (
            "| | sex | 1 | S |",
            ["breakdowns!A3: The same stands in row 2 already: keep one of the two."],
        ),
    ],
)
def test_faults_of_the_sheet_breakdowns(read, rows, messages):
    assert said(read(GOOD, more=SEX + rows + "\n")) == messages


def test_faults_of_the_sheet_indicator_tests(read):
    cases = """
| indicator_tests |
| | code | answers | eligible | numerator | denominator |
| | I9   | net=1   |          | 1         | 1           |
| |      | net=1   |          | 1         | 1           |
| | I1   |         |          | 1         | 1           |
| | I1   | net=1   |          | 1         | 1           |
| | I1   | net=1   |          | 1         | 1           |
"""
    assert said(read(GOOD, more=cases)) == [
        "indicator_tests!A2: There is no indicator I9 in the sheet indicators.",
        "indicator_tests!A3: code is missing: fill it.",
        "indicator_tests!B4: answers is missing: fill it.",
        "indicator_tests!B6: The same stands in row 5 already: keep one of the two.",
    ]


def test_a_column_nobody_reads_is_a_warning():
    text = "| indicators |\n| | code | version | label | unit | numerater |\n"
    (finding,) = read_indicators(read_workbook(text.encode(), ".md")).findings
    assert finding.severity == "warning"
    assert str(finding).startswith("indicators!E1: The column numerater means nothing here")


def test_a_sheet_with_nearly_the_right_name_is_a_warning():
    text = "| indicator |\n| | code |\n| | A |\n| breakdown |\n| | name |\n| | sex |\n"
    book = read_workbook(text.encode() + b"| choices |\n| | list_name |\n| | yn |\n", ".md")
    assert [str(finding) for finding in misspelt_sheets(book)] == [
        "indicator: A sheet of this name is not read; is indicators meant?",
        "breakdown: A sheet of this name is not read; is breakdowns meant?",
    ]
